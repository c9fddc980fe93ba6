import type { Clock } from '../base/clock.ts';
import { packBatch, type PlainBatch } from './batch.ts';
import type { DropCounts } from './drop-counts.ts';

export interface KeptBatch {
  /** 1, 2, ... since the agent started. */
  number: number;
  /** Unix milliseconds at which its samples were taken. */
  at: number;
  packed: Uint8Array;
}

/** Batches that no server has stored yet, within bounds of age and memory: past them the oldest go, and are counted. */
export interface BatchStore {
  add(batch: PlainBatch, at: number): KeptBatch;
  /** Oldest first. */
  all(): Iterable<KeptBatch>;
  has(number: number): boolean;
  /** Returns whether there was such a batch. */
  forget(number: number): boolean;
  /** Forgets those that are too old by now. */
  expire(): void;
  count(): number;
  bytes(): number;
}

export interface BatchStoreOptions {
  keptMs: number;
  keptBytes: number;
  drops: DropCounts;
  clock: Clock;
}

/** What a batch takes beside its packed form: the entry and the map's place for it. */
const overheadBytes = 200;

export function createBatchStore({ keptMs, keptBytes, drops, clock }: BatchStoreOptions): BatchStore {
  const kept = new Map<number, KeptBatch & { since: number }>();
  let bytes = 0;
  let latest = 0;

  const forget = (number: number): boolean => {
    const batch = kept.get(number);
    if (batch === undefined) return false;
    bytes -= batch.packed.length + overheadBytes;
    return kept.delete(number);
  };

  const expire = (): void => {
    const oldest = clock.monotonic() - keptMs;
    for (const { number, since } of kept.values()) {
      if (since >= oldest) return;
      forget(number);
      drops.add('age');
    }
  };

  const shrink = (): void => {
    for (const number of kept.keys()) {
      if (bytes <= keptBytes) return;
      forget(number);
      drops.add('memory');
    }
  };

  return {
    add(batch, at) {
      latest += 1;
      const entry = { number: latest, at, packed: packBatch(batch), since: clock.monotonic() };
      kept.set(latest, entry);
      bytes += entry.packed.length + overheadBytes;
      expire();
      shrink();
      return entry;
    },
    all: () => kept.values(),
    has: (number) => kept.has(number),
    forget,
    expire,
    count: () => kept.size,
    bytes: () => bytes,
  };
}
