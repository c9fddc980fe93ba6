import type { Clock } from '../../base/clock.ts';
import type { Timers } from '../timers.ts';

/** Time that passes only when it is told to. */
export interface SimulatedTime extends Clock, Timers {
  /** Lets time pass; whatever is due meanwhile runs in its order, with everything that follows from it. */
  advance(ms: number): Promise<void>;
  /** Lets everything run that waits for no time. */
  settle(): Promise<void>;
  /** No time passes while this is under way, which takes real time. */
  during<T>(work: Promise<T>): Promise<T>;
  /** How many timers are set. */
  pending(): number;
}

export function createSimulatedTime(startsAt = Date.UTC(2026, 0, 1)): SimulatedTime {
  const waiting = new Map<symbol, { at: number; task: () => void }>();
  const works = new Set<Promise<unknown>>();
  let passed = 0;

  const settle = async (): Promise<void> => {
    do {
      for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      await Promise.allSettled(works);
    } while (works.size > 0);
  };

  const nextDue = (until: number): [symbol, { at: number; task: () => void }] | undefined =>
    [...waiting].filter(([, { at }]) => at <= until).toSorted(([, a], [, b]) => a.at - b.at)[0];

  return {
    now: () => startsAt + passed,
    monotonic: () => passed,
    after(ms, task) {
      const id = Symbol('timer');
      waiting.set(id, { at: passed + Math.max(0, ms), task });
      return () => void waiting.delete(id);
    },
    async advance(ms) {
      const until = passed + ms;
      await settle();
      for (let due = nextDue(until); due !== undefined; due = nextDue(until)) {
        const [id, { at, task }] = due;
        waiting.delete(id);
        passed = at;
        task();
        await settle();
      }
      passed = until;
    },
    settle,
    async during(work) {
      works.add(work);
      try {
        return await work;
      } finally {
        // What follows from it comes first.
        setImmediate(() => void works.delete(work));
      }
    },
    pending: () => waiting.size,
  };
}
