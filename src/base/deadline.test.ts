import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createDeadline } from './deadline.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('it passes', () => {
  const { signal } = createDeadline(100);
  vi.advanceTimersByTime(99);
  expect(signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(signal.aborted).toBe(true);
});

test('it can be moved to later, and not to sooner', () => {
  const deadline = createDeadline(100);
  vi.advanceTimersByTime(50);
  deadline.extend(10);
  vi.advanceTimersByTime(49);
  expect(deadline.signal.aborted).toBe(false);
  deadline.extend(100);
  vi.advanceTimersByTime(99);
  expect(deadline.signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(deadline.signal.aborted).toBe(true);
});

test('once cleared it passes no more', () => {
  const deadline = createDeadline(100);
  deadline.clear();
  deadline.extend(1000);
  vi.advanceTimersByTime(10_000);
  expect(deadline.signal.aborted).toBe(false);
  expect(vi.getTimerCount()).toBe(0);
});
