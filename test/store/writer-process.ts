import { silentLog } from '../../src/base/log.ts';
import { openStore } from '../../src/store/open-store.ts';

/** Writes hosts with their audit entries until it is killed; a line on standard output says that one is stored. */
const [data = '', database = '', name = ''] = process.argv.slice(2);
const store = await openStore({ data, database, role: 'server', secret: undefined, log: silentLog() });
let count = 0;
const write = async (): Promise<never> => {
  for (;;) {
    count += 1;
    const host = `${name}-${String(count)}`;
    await store.transaction(async (tables) => {
      await tables.hosts.create({ id: host, name: host, agentUrl: '' });
      await tables.audit.append({ actor: 'local', action: 'host.create', target: host, detail: {} });
    });
    await store.batches.add([
      { hostId: host, bootId: 'b', number: 1, at: 1, isLate: false, instanceId: 'i', data: new Uint8Array(20_000) },
    ]);
    process.stdout.write(`${host}\n`);
  }
};
await Promise.all(Array.from({ length: 4 }, write));
