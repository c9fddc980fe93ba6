import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createReadiness } from './readiness.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const clock = { now: () => Date.now(), monotonic: () => Date.now() };

test('an engine that answers is ready, one that does not is not', async () => {
  for (const answer of [true, false]) {
    const readiness = createReadiness(() => Promise.resolve(answer), clock);
    expect(await readiness.isReady()).toBe(answer);
  }
});

test('a result counts for a second', async () => {
  const probe = vi.fn<() => Promise<boolean>>(() => Promise.resolve(true));
  const readiness = createReadiness(probe, clock);
  await readiness.isReady();
  vi.advanceTimersByTime(999);
  await readiness.isReady();
  expect(probe).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1);
  await readiness.isReady();
  expect(probe).toHaveBeenCalledTimes(2);
});

test('an engine that hangs is not waited for, and asked once', async () => {
  const probe = vi.fn<() => Promise<boolean>>(() => new Promise<boolean>(() => undefined));
  const readiness = createReadiness(probe, clock);
  const answers = Promise.all([readiness.isReady(), readiness.isReady(), readiness.isReady()]);
  await vi.advanceTimersByTimeAsync(250);
  expect(await answers).toEqual([false, false, false]);
  const later = readiness.isReady();
  await vi.advanceTimersByTimeAsync(250);
  expect(await later).toBe(false);
  expect(probe).toHaveBeenCalledTimes(1);
});
