import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { pino } from 'pino';
import { repeat } from './repeat.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function recorder() {
  const lines: string[] = [];
  return {
    lines,
    log: pino({ base: null }, { write: (line) => void lines.push((JSON.parse(line) as { msg: string }).msg) }),
  };
}

test('runs at once, and again after each end', async () => {
  let runs = 0;
  const { log } = recorder();
  const repetition = repeat({ name: 'task', everyMs: 100, log }, async () => {
    runs += 1;
    await new Promise((resolve) => setTimeout(resolve, 50));
  });
  expect(runs).toBe(1);
  await vi.advanceTimersByTimeAsync(149);
  expect(runs).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(runs).toBe(2);
  const stopped = repetition.stop();
  await vi.advanceTimersByTimeAsync(1000);
  await stopped;
  await repetition.stop();
  expect(runs).toBe(2);
  expect(vi.getTimerCount()).toBe(0);
});

test('a failure is told once, until it works again', async () => {
  const { log, lines } = recorder();
  let isBroken = true;
  const repetition = repeat({ name: 'task', everyMs: 10, log }, () =>
    isBroken ? Promise.reject(new Error('no disk')) : Promise.resolve(),
  );
  await vi.advanceTimersByTimeAsync(35);
  expect(lines).toEqual(['a task of the server failed and is tried again: no disk']);
  isBroken = false;
  await vi.advanceTimersByTimeAsync(30);
  expect(lines.slice(1)).toEqual(['a task of the server works again']);
  await repetition.stop();
});
