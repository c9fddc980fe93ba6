import { expect, test } from 'vitest';
import { createCallRecord } from './call-record.ts';

test('a refused call is left alone for five minutes', () => {
  let now = 0;
  const record = createCallRecord(() => now);
  expect(record.mayAsk('events')).toBe(true);
  expect(record.markRefused('events')).toBe(true);
  expect(record.markRefused('events')).toBe(false);
  expect([...record.refused()]).toEqual(['events']);
  now = 299_999;
  expect(record.mayAsk('events')).toBe(false);
  now = 300_000;
  expect(record.mayAsk('events')).toBe(true);
  // It is still known to be refused: another refusal is no news.
  expect(record.markRefused('events')).toBe(false);
  record.retryRefused();
  expect(record.mayAsk('events')).toBe(true);
  expect([...record.refused()]).toEqual(['events']);
  record.clearRefused('events');
  expect([...record.refused()]).toEqual([]);
});

test('calls and failures are counted by kind', () => {
  const record = createCallRecord(() => 0);
  for (const call of ['list', 'list', 'stats'] as const) record.addCall(call);
  for (const reason of ['timeout', 'timeout', 'status'] as const) record.addFailure('stats', reason);
  expect([...record.counted()]).toEqual([
    { call: 'list', count: 2 },
    { call: 'stats', count: 1 },
  ]);
  expect([...record.failures()]).toEqual([
    { call: 'stats', reason: 'timeout', count: 2 },
    { call: 'stats', reason: 'status', count: 1 },
  ]);
});
