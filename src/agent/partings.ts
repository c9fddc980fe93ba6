import type { Link } from './link.ts';
import type { Timers } from './timers.ts';

/** How long a server may take to answer a goodbye. */
const goodbyeMs = 2000;

/** Connections that are left: each has said goodbye, and is broken off when that is not answered. */
export interface Partings {
  begin(link: Link, code: number, reason: string): void;
  ended(link: Link): void;
  /** Resolves when none is left; after the time they are broken off. */
  over(deadlineMs: number): Promise<void>;
}

export function createPartings(timers: Timers): Partings {
  const left = new Map<Link, () => void>();
  const waiters = new Set<() => void>();

  const ended = (link: Link): void => {
    left.get(link)?.();
    left.delete(link);
    if (left.size > 0) return;
    for (const waiter of waiters) waiter();
  };

  return {
    begin(link, code, reason) {
      left.set(
        link,
        timers.after(goodbyeMs, () => link.destroy()),
      );
      link.close(code, reason);
    },
    ended,
    async over(deadlineMs) {
      if (left.size === 0) return;
      await new Promise<void>((resolve) => {
        const cancel = timers.after(deadlineMs, () => {
          for (const link of left.keys()) {
            link.destroy();
            ended(link);
          }
        });
        const waiter = (): void => {
          waiters.delete(waiter);
          cancel();
          resolve();
        };
        waiters.add(waiter);
      });
    },
  };
}
