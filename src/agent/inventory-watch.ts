import type { Clock } from '../base/clock.ts';
import { errorText } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { ListedContainer } from '../docker/schemas.ts';
import type { InventoryContainer } from '../protocol/frames.ts';
import { toInventory } from './inventory.ts';
import type { Timers } from './timers.ts';

/** Containers rarely change alone: what happens within this time is one change. */
const gatherMs = 150;
/** Lists are not asked for more often than this, however much happens. */
const leastMs = 500;
/** When a list is given up. */
const listMs = 10_000;

export interface InventoryReading {
  containers: readonly InventoryContainer[];
  /** The same as text, to see whether anything has changed. */
  text: string;
  /** Unix milliseconds. */
  at: number;
}

/** The containers of the host, asked for again soon after every change. */
export interface InventoryWatch {
  onListed(listed: readonly ListedContainer[]): void;
  onContainerEvent(): void;
  /** The labels of containers that are told; asks again when they are others than before. */
  wantLabels(names: readonly string[]): void;
  /** Asks now; what comes of it is told as every reading is. */
  refresh(): void;
  stop(): void;
}

export interface InventoryWatchOptions {
  list: (signal: AbortSignal) => Promise<readonly ListedContainer[]>;
  onReading: (reading: InventoryReading) => void;
  clock: Clock;
  timers: Timers;
  log: Log;
}

export function createInventoryWatch(options: InventoryWatchOptions): InventoryWatch {
  const { clock, timers } = options;
  let cancel: (() => void) | undefined;
  let running: AbortController | undefined;
  let isAgain = false;
  let isStopped = false;
  let askedAt = Number.NEGATIVE_INFINITY;
  let wanted: readonly string[] = [];

  const read = (listed: readonly ListedContainer[]): void => {
    const containers = toInventory(listed, wanted);
    options.onReading({ containers, text: JSON.stringify(containers), at: clock.now() });
  };

  const ask = (): void => {
    cancel = undefined;
    if (running !== undefined) {
      isAgain = true;
      return;
    }
    void list();
  };

  const list = async (): Promise<void> => {
    const current = new AbortController();
    running = current;
    askedAt = clock.monotonic();
    try {
      const listed = await options.list(AbortSignal.any([current.signal, AbortSignal.timeout(listMs)]));
      if (!isStopped) read(listed);
    } catch (error) {
      options.log.debug({ reason: errorText(error) }, 'could not list the containers');
    } finally {
      running = undefined;
      if (isAgain) soon();
      isAgain = false;
    }
  };

  const soon = (): void => {
    if (isStopped || cancel !== undefined) return;
    const sinceLast = clock.monotonic() - askedAt;
    cancel = timers.after(Math.max(gatherMs, leastMs - sinceLast), ask);
  };

  return {
    onListed: (listed) => {
      if (!isStopped) read(listed);
    },
    onContainerEvent: soon,
    wantLabels(names) {
      if (names.join('\n') === wanted.join('\n')) return;
      wanted = names;
      if (!isStopped && cancel === undefined) ask();
    },
    refresh() {
      if (!isStopped && cancel === undefined) ask();
    },
    stop() {
      isStopped = true;
      cancel?.();
      running?.abort();
    },
  };
}
