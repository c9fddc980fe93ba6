import type { Clock } from '../../base/clock.ts';
import { errorText } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { InventoryContainer } from '../../protocol/frames.ts';
import type { Store } from '../../store/store.ts';
import { inventoryEveryMs } from './gateway-limits.ts';

/** Writes the hosts' inventories: the latest of each, at most one a second of a host. */
export interface InventoryWriter {
  offer(hostId: string, containers: readonly InventoryContainer[]): void;
  forget(hostId: string): void;
  /** Writes what waits, once, and ends. */
  stop(): Promise<void>;
}

/** A write that fails is tried this often; then the agent's next inventory has to do. */
const tries = 60;

interface Waiting {
  containers: readonly InventoryContainer[];
  failures: number;
}

export function createInventoryWriter(options: {
  store: Pick<Store, 'inventories'>;
  clock: Clock;
  log: Log;
}): InventoryWriter {
  const { store, clock, log } = options;
  const waiting = new Map<string, Waiting>();
  const writtenAt = new Map<string, number>();
  let running: Promise<void> | undefined;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;

  const dueIn = (hostId: string): number =>
    Math.max(0, (writtenAt.get(hostId) ?? Number.NEGATIVE_INFINITY) + inventoryEveryMs - clock.monotonic());

  const writeOne = async (hostId: string, one: Waiting): Promise<void> => {
    waiting.delete(hostId);
    writtenAt.set(hostId, clock.monotonic());
    try {
      await store.inventories.write({ hostId, containers: JSON.stringify(one.containers) });
    } catch (error) {
      if (one.failures === 0)
        log.warn({ hostId }, `an inventory cannot be written, and is tried again: ${errorText(error)}`);
      const isKept = one.failures + 1 < tries && !waiting.has(hostId) && writtenAt.has(hostId);
      if (isKept) waiting.set(hostId, { ...one, failures: one.failures + 1 });
    }
  };
  const writeDue = async (isLast: boolean): Promise<void> => {
    for (const [hostId, one] of [...waiting]) if (isLast || dueIn(hostId) === 0) await writeOne(hostId, one);
  };
  const schedule = (): void => {
    if (isStopped || running !== undefined || timer !== undefined || waiting.size === 0) return;
    const ms = Math.min(...[...waiting.keys()].map(dueIn));
    timer = setTimeout(() => {
      timer = undefined;
      running = writeDue(false).finally(() => {
        running = undefined;
        schedule();
      });
    }, ms);
  };

  return {
    offer(hostId, containers) {
      if (isStopped) return;
      waiting.set(hostId, { containers, failures: 0 });
      clearTimeout(timer);
      timer = undefined;
      schedule();
    },
    forget(hostId) {
      waiting.delete(hostId);
      writtenAt.delete(hostId);
    },
    async stop() {
      if (isStopped) return;
      isStopped = true;
      clearTimeout(timer);
      await running;
      await writeDue(true);
    },
  };
}
