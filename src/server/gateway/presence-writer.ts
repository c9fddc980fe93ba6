import { errorText } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { PresenceRow, Store } from '../../store/store.ts';
import { presencesEveryMs } from './gateway-limits.ts';

/** Gathers what was heard of all hosts and writes it together, once a second. */
export interface PresenceWriter {
  /** The newest of a host is written; an urgent one, and all that waits with it, at once. */
  offer(row: PresenceRow, isUrgent: boolean): void;
  /** What waits of this host is not written any more. */
  forget(hostId: string): void;
  /** Writes what waits, once, and ends. */
  stop(): Promise<void>;
}

export function createPresenceWriter(options: { store: Pick<Store, 'presences'>; log: Log }): PresenceWriter {
  const { store, log } = options;
  const waiting = new Map<string, PresenceRow>();
  let running: Promise<void> | undefined;
  let isUrgent = false;
  let isFailing = false;
  let isStopped = false;

  const write = async (): Promise<void> => {
    const rows = [...waiting.values()];
    waiting.clear();
    try {
      await store.presences.write(rows);
      if (isFailing) log.info('what is heard of the hosts is written again');
      isFailing = false;
    } catch (error) {
      // Kept for the next time, unless the host was heard since.
      for (const row of rows) if (!waiting.has(row.hostId)) waiting.set(row.hostId, row);
      if (!isFailing) log.warn(`what is heard of the hosts cannot be written, and is tried again: ${errorText(error)}`);
      isFailing = true;
    }
  };
  const flush = (): Promise<void> => {
    if (waiting.size === 0) return running ?? Promise.resolve();
    running ??= write().finally(() => {
      running = undefined;
      const isNext = isUrgent && !isFailing && !isStopped;
      isUrgent = false;
      if (isNext) void flush();
    });
    return running;
  };
  const timer = setInterval(() => void flush(), presencesEveryMs);

  return {
    offer(row, urgent) {
      if (isStopped) return;
      waiting.set(row.hostId, row);
      if (!urgent) return;
      if (running === undefined) void flush();
      else isUrgent = true;
    },
    forget: (hostId) => void waiting.delete(hostId),
    async stop() {
      if (isStopped) return;
      isStopped = true;
      clearInterval(timer);
      await running;
      await flush();
    },
  };
}
