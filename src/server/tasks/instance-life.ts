import type { Log } from '../../base/log.ts';
import type { InstanceRow, Store } from '../../store/store.ts';
import { repeat, type Repetition } from './repeat.ts';

/** Presences count only while their server says that it lives. */
const beatEveryMs = 5000;

/** Registers this start of the server and says every few seconds that it lives; a stop ends the registration. */
export async function startInstance(
  store: Store,
  instance: Pick<InstanceRow, 'id' | 'serverId' | 'version' | 'address'>,
  log: Log,
): Promise<Repetition> {
  await store.instances.start(instance);
  const beats = repeat({ name: 'instance', everyMs: beatEveryMs, log }, async () => {
    if (!(await store.instances.beat(instance.id))) await store.instances.start(instance);
  });
  return {
    async stop() {
      await beats.stop();
      await store.instances.end(instance.id).catch(() => undefined);
    },
  };
}
