/**
 * Why batches of samples were given up:
 * - age, memory: kept for too long, or more than fits, while no server stored them
 * - rejected: a server said that it can never store it
 * - too_large: more than one message may hold
 * - violation: the server ended the connection over it, again and again
 */
export const dropReasons = ['age', 'memory', 'rejected', 'too_large', 'violation'] as const;
export type DropReason = (typeof dropReasons)[number];

export interface DropCounts {
  add(reason: DropReason): void;
  all(): Readonly<Record<DropReason, number>>;
}

export function createDropCounts(): DropCounts {
  const counts: Record<DropReason, number> = { age: 0, memory: 0, rejected: 0, too_large: 0, violation: 0 };
  return {
    add(reason) {
      counts[reason] += 1;
    },
    all: () => ({ ...counts }),
  };
}
