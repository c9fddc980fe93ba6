import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createBatchStore } from './batch-store.ts';
import type { PlainBatch } from './batch.ts';
import { createDelivery } from './delivery.ts';
import { createDropCounts } from './drop-counts.ts';
import { createOutbox } from './outbox.ts';
import { createSimulatedTime } from './test-kit/simulated-time.ts';

const batch = (label: string): PlainBatch => ({ families: [{ name: 'x', labels: [label], values: [1] }] });

function create() {
  const time = createSimulatedTime();
  const drops = createDropCounts();
  const store = createBatchStore({ keptMs: 3_600_000, keptBytes: 1e9, drops, clock: time });
  const delivery = createDelivery({ store, drops, clock: time, onStored: () => undefined });
  const link = { sent: [] as unknown[], waiting: 0, full: 0 };
  const outbox = createOutbox(
    {
      send: (message) => void link.sent.push(typeof message === 'string' ? JSON.parse(message) : message),
      queued: () => link.waiting,
    },
    () => {
      link.full += 1;
    },
  );
  const offer = (plain: PlainBatch): void => connection.offer(store.add(plain, time.now()), plain);
  const connection = delivery.connect(outbox);
  return { time, drops, store, link, connection, offer };
}

test('numbers have no gaps, whatever was not sent', () => {
  const { offer, link, connection, drops } = create();
  offer(batch('a'));
  link.waiting = 256;
  offer(batch('b'));
  expect(link.sent).toHaveLength(1);
  expect(link.full).toBe(1);
  link.waiting = 0;
  connection.pump();
  expect(link.sent).toMatchObject([
    { seq: 2, batch: 1 },
    { seq: 3, batch: 2 },
  ]);
  expect(drops.all()).toMatchObject({ too_large: 0 });
});

test('a batch that no message can hold is given up, and what it would have named is named again', () => {
  const { offer, link, drops, store } = create();
  const huge: PlainBatch = {
    families: [
      {
        name: 'x',
        labels: ['a', ...Array.from({ length: 300 }, () => randomBytes(4000).toString('hex'))],
        values: Array.from({ length: 301 }, () => 1),
      },
    ],
  };
  offer(huge);
  offer(batch('a'));
  expect(link.sent).toMatchObject([{ seq: 2, batch: 2, labels: [[0, 'a']] }]);
  expect(drops.all()).toMatchObject({ too_large: 1 });
  expect(store.count()).toBe(1);
});

test('four live batches wait for their answers at most; the others follow as old ones', () => {
  const { offer, link, connection } = create();
  for (let index = 0; index < 10; index += 1) offer(batch('a'));
  expect(link.sent).toHaveLength(4);
  connection.pump();
  expect(link.sent).toHaveLength(8);
  connection.onStored(1);
  connection.onStored(2);
  connection.pump();
  expect(link.sent).toHaveLength(8);
  connection.onStored(5);
  expect(link.sent).toMatchObject({ 8: { batch: 9 } });
});

test('an answer for a batch that nobody knows changes nothing', () => {
  const { connection, store, offer, drops } = create();
  offer(batch('a'));
  connection.onStored(99);
  connection.onRejected(99);
  expect(store.count()).toBe(1);
  expect(drops.all()).toMatchObject({ rejected: 0 });
});

test('after the end nothing is sent', () => {
  const { connection, offer, link } = create();
  connection.end(false);
  offer(batch('a'));
  connection.pump();
  expect(link.sent).toEqual([]);
});
