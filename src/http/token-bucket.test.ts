import { expect, test } from 'vitest';
import { createTokenBucket } from './token-bucket.ts';

test('lets a burst through, then one for each interval', () => {
  let now = 1000;
  const take = createTokenBucket({ intervalMs: 100, burst: 3 }, () => now);
  expect([take(), take(), take()]).toEqual([0, 0, 0]);
  expect(take()).toBe(100);
  now += 60;
  expect(take()).toBeCloseTo(40);
  now += 41;
  expect(take()).toBe(0);
  expect(take()).toBeGreaterThan(0);
});

test('never saves up more than the burst', () => {
  let now = 0;
  const take = createTokenBucket({ intervalMs: 10, burst: 2 }, () => now);
  now = 1_000_000;
  expect([take(), take(), take()]).toEqual([0, 0, 10]);
});
