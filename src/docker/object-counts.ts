import type { EngineCall } from './engine-call.ts';

export const countedObjects = ['images', 'volumes', 'networks'] as const satisfies readonly EngineCall[];
export type CountedObject = (typeof countedObjects)[number];

/** A count is asked for again after this long even if no event told of a change: not every build emits one. */
const maxAgeMs = 5 * 60_000;

/** How many images, volumes and networks the engine has, for as long as no event says that this changed. */
export interface ObjectCounts {
  get(kind: CountedObject, at: number, isCovered: (since: number) => boolean): number | undefined;
  set(kind: CountedObject, count: number, askedAt: number): void;
  invalidate(kind: CountedObject, at: number): void;
  clear(): void;
}

export function createObjectCounts(): ObjectCounts {
  const entries = new Map<CountedObject, { count: number; askedAt: number }>();
  const changedAt = new Map<CountedObject, number>();
  return {
    get(kind, at, isCovered) {
      const entry = entries.get(kind);
      if (entry === undefined || at - entry.askedAt >= maxAgeMs || !isCovered(entry.askedAt)) return undefined;
      return entry.count;
    },
    set(kind, count, askedAt) {
      if ((changedAt.get(kind) ?? Number.NEGATIVE_INFINITY) < askedAt) entries.set(kind, { count, askedAt });
    },
    invalidate(kind, at) {
      entries.delete(kind);
      changedAt.set(kind, at);
    },
    clear: () => entries.clear(),
  };
}
