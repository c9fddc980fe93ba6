import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemTimers } from './timers.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const day = 86_400_000;

test("a wait longer than Node's timers hold is as long as it should be", () => {
  let isOver = false;
  systemTimers.after(60 * day, () => {
    isOver = true;
  });
  vi.advanceTimersByTime(60 * day - 1);
  expect(isOver).toBe(false);
  vi.advanceTimersByTime(1);
  expect(isOver).toBe(true);
});

test.each([0, -5, 10, 60 * day])('a wait of %d ms can be taken back', (ms) => {
  const task = vi.fn<() => void>();
  const cancel = systemTimers.after(ms, task);
  vi.advanceTimersByTime(Math.max(0, ms - 1));
  cancel();
  vi.advanceTimersByTime(100 * day);
  expect(task).toHaveBeenCalledTimes(ms === 0 || ms === -5 ? 1 : 0);
});
