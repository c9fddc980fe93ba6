import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Store } from '../../store/store.ts';
import { repeat, type Repetition } from '../tasks/repeat.ts';
import { clockSampleEveryMs } from './gateway-limits.ts';

/** The database's clock without asking it each time: its distance from the monotonic clock is measured now and then. */
export interface DatabaseClock {
  /** Measures for the first time; rejects when the database does not answer. */
  start(): Promise<void>;
  /** Unix milliseconds. */
  now(): number;
  stop(): Promise<void>;
}

/** An answer that took longer says too little about when it was given; the third in a row is taken nevertheless. */
const slowMs = 250;
const tries = 3;

export function createDatabaseClock(options: { store: Pick<Store, 'now'>; clock: Clock; log: Log }): DatabaseClock {
  const { store, clock, log } = options;
  let offset = clock.now() - clock.monotonic();
  let samples: Repetition | undefined;

  const measure = async (): Promise<void> => {
    for (let attempt = 1; ; attempt += 1) {
      const before = clock.monotonic();
      const now = await store.now();
      const after = clock.monotonic();
      if (after - before > slowMs && attempt < tries) continue;
      offset = now - (before + after) / 2;
      return;
    }
  };

  return {
    async start() {
      await measure();
      samples = repeat({ name: 'database clock', everyMs: clockSampleEveryMs, log }, measure);
    },
    now: () => offset + clock.monotonic(),
    async stop() {
      await samples?.stop();
    },
  };
}
