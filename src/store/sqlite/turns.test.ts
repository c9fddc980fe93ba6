import { expect, test } from 'vitest';
import { createTurns } from './turns.ts';

test('one after the other, in order, however many wait', async () => {
  const turns = createTurns();
  const order: number[] = [];
  let running = 0;
  await Promise.all(
    Array.from({ length: 5000 }, async (_, n) => {
      await turns.take();
      running += 1;
      expect(running).toBe(1);
      order.push(n);
      await Promise.resolve();
      running -= 1;
      turns.give();
    }),
  );
  expect(order).toEqual(Array.from({ length: 5000 }, (_, n) => n));
});

test('too many are refused, and those that wait are served', async () => {
  const turns = createTurns();
  await turns.take();
  const waiting = Array.from({ length: 20_000 }, async () => {
    await turns.take();
    turns.give();
  });
  await expect(turns.take()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  turns.give();
  await Promise.all(waiting);
  await turns.take();
});
