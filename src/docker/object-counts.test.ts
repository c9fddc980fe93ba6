import { expect, test } from 'vitest';
import { createObjectCounts } from './object-counts.ts';

const always = (): boolean => true;
const minute = 60_000;

test('a count is kept while events cover it, for five minutes at most', () => {
  const counts = createObjectCounts();
  counts.set('images', 3, 0);
  expect(counts.get('images', 4 * minute, always)).toBe(3);
  expect(counts.get('images', 5 * minute, always)).toBeUndefined();
  expect(counts.get('images', minute, () => false)).toBeUndefined();
  expect(counts.get('volumes', minute, always)).toBeUndefined();
});

test('an event clears its kind, and an answer that was under way with it', () => {
  const counts = createObjectCounts();
  counts.set('images', 3, 0);
  counts.set('volumes', 4, 0);
  counts.invalidate('images', 10);
  counts.set('images', 3, 10);
  expect(counts.get('images', 20, always)).toBeUndefined();
  expect(counts.get('volumes', 20, always)).toBe(4);
  counts.set('images', 5, 11);
  expect(counts.get('images', 20, always)).toBe(5);
  counts.clear();
  expect(counts.get('images', 20, always)).toBeUndefined();
});
