import { describe, expect, test } from 'vitest';
import type { BatchRow } from '../store.ts';
import type { MakeBench } from './bench.ts';

/** Batches of samples. */
export function samplesSuite(makeBench: MakeBench): void {
  describe('samples', () => {
    test('a batch is stored once, byte for byte', async () => {
      const store = await (await makeBench()).open();
      await store.hosts.create({ id: 'h1', name: 'web-1', agentUrl: '' });
      const data = Uint8Array.from({ length: 256 }, (_, n) => n);
      expect(await store.batches.add([batch({ data }), batch({ data }), batch({ number: 2 })])).toEqual([
        'stored',
        'duplicate',
        'stored',
      ]);
      expect(
        await store.batches.add([batch({}), batch({ bootId: 'b2', at: 1000.4 }), batch({ hostId: 'gone' })]),
      ).toEqual(['duplicate', 'stored', 'duplicate']);
      expect(await store.batches.add([])).toEqual([]);
      const rows = await store.batches.after(0, 10);
      expect(rows.map(({ bootId, number }) => [bootId, number])).toEqual([
        ['b', 1],
        ['b', 2],
        ['b2', 1],
      ]);
      expect(Buffer.from(rows[0]?.data ?? [])).toEqual(Buffer.from(data));
      expect(rows[2]?.at).toBe(1000);
      expect(rows[0]?.receivedAt).toBeGreaterThan(0);
      expect(await store.batches.lastId()).toBe(rows[2]?.id);
      expect(await store.batches.after(rows[0]?.id ?? 0, 1)).toEqual([rows[1]]);
    });

    test('by host and time, the late ones, and the newest of each', async () => {
      const store = await (await makeBench()).open();
      expect([await store.batches.lastId(), await store.batches.latest()]).toEqual([0, []]);
      for (const id of ['h1', 'h2']) await store.hosts.create({ id, name: id, agentUrl: '' });
      const now = await store.now();
      await store.batches.add([
        batch({ number: 1, at: 300 }),
        batch({ number: 2, at: 100, isLate: true }),
        batch({ number: 3, at: 200, isLate: true }),
        batch({ number: 4, at: 400 }),
        batch({ hostId: 'h2', number: 1, at: 150, isLate: true }),
      ]);
      const times = (rows: readonly BatchRow[]): number[] => rows.map(({ at }) => at);
      expect(times(await store.batches.ofHost('h1', 100, 300, 10))).toEqual([100, 200, 300]);
      expect(times(await store.batches.ofHost('h1', 0, 1000, 2))).toEqual([100, 200]);
      expect(times(await store.batches.lateSince(now))).toEqual([100, 150, 200]);
      expect(times(await store.batches.lateSince(now, 2))).toEqual([100, 150]);
      expect(await store.batches.lateSince((await store.now()) + 60_000)).toEqual([]);
      expect((await store.batches.latest()).map(({ hostId, at }) => [hostId, at])).toEqual([
        ['h1', 400],
        ['h2', 150],
      ]);
      expect(await store.batches.removeBefore(200)).toBe(2);
      expect(times(await store.batches.after(0, 10))).toEqual([300, 200, 400]);
    });

    test('more than one removal takes', async () => {
      const store = await (await makeBench()).open();
      await store.hosts.create({ id: 'h1', name: 'web-1', agentUrl: '' });
      await store.batches.add(Array.from({ length: 1100 }, (_, number) => batch({ number, at: number })));
      expect(await store.batches.removeBefore(1050)).toBe(1050);
      const id = await store.batches.lastId();
      expect(await store.batches.removeBefore(9999)).toBe(50);
      await store.batches.add([batch({ number: 1 })]);
      expect(await store.batches.lastId()).toBeGreaterThan(id);
    });

    test('whoever reads on from the last id misses none that another server stores', async () => {
      const bench = await makeBench();
      const stores = [await bench.open(), await bench.open(), await bench.open()] as const;
      const [reader] = stores;
      await reader.hosts.create({ id: 'h1', name: 'web-1', agentUrl: '' });
      let isWriting = true;
      const writing = Promise.all(
        stores.map(async (store, n) => {
          for (let number = 0; number < 40; number += 4) {
            const some = [0, 1, 2, 3].map((more) => batch({ bootId: `b${n}`, number: number + more }));
            await store.batches.add(some);
          }
        }),
      ).finally(() => (isWriting = false));
      let [after, seen] = [0, 0];
      for (let isLast = false; !isLast;) {
        isLast = !isWriting;
        const rows = await reader.batches.after(after, 1000);
        seen += rows.length;
        after = rows.at(-1)?.id ?? after;
      }
      await writing;
      expect(seen).toBe(120);
    });
  });
}

function batch(changes: Partial<BatchRow>): Omit<BatchRow, 'id' | 'receivedAt'> {
  const usual = { bootId: 'b', number: 1, at: 1000, isLate: false, instanceId: 'i', data: new Uint8Array([1]) };
  return { hostId: 'h1', ...usual, ...changes };
}
