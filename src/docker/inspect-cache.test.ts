import { expect, test } from 'vitest';
import { createInspectCache } from './inspect-cache.ts';

const always = (): boolean => true;
const running = { Id: 'a', State: 'running', Status: 'Up 5 minutes' };
const inspect = { State: { Status: 'running', ExitCode: 0 }, RestartCount: 1 };

test('what was asked is kept for as long as events cover it', () => {
  const cache = createInspectCache();
  cache.set('a', inspect, 10);
  expect(cache.get(running, (since) => since >= 10)).toBe(inspect);
  expect(cache.get(running, (since) => since >= 11)).toBeUndefined();
  expect(cache.get({ ...running, Id: 'b' }, always)).toBeUndefined();
});

test('an event makes it ask again', () => {
  const cache = createInspectCache();
  cache.set('a', inspect, 10);
  cache.invalidate('a', 20);
  expect(cache.get(running, always)).toBeUndefined();
  cache.set('a', inspect, 30);
  expect(cache.get(running, always)).toBe(inspect);
});

test('an event while it is being asked makes the answer worthless', () => {
  const cache = createInspectCache();
  cache.invalidate('a', 20);
  for (const askedAt of [10, 20]) cache.set('a', inspect, askedAt);
  expect(cache.get(running, always)).toBeUndefined();
});

test('an answer that was asked for before a stream was lost is not covered by the next one', () => {
  const cache = createInspectCache();
  cache.clear();
  cache.set('a', inspect, 10);
  expect(cache.get(running, (since) => since >= 15)).toBeUndefined();
});

test.each([
  ['the state', { ...running, State: 'paused', Status: 'Up 5 minutes (Paused)' }],
  ['the health', { ...running, Status: 'Up 5 minutes (unhealthy)' }],
  ['the exit code', { ...running, Status: 'Exited (3) 2 seconds ago' }],
])('a list that contradicts %s counts more than the events', (_, listed) => {
  const cache = createInspectCache();
  cache.set('a', inspect, 10);
  expect(cache.get(listed, always)).toBeUndefined();
});

test('what is no longer listed is forgotten', () => {
  const cache = createInspectCache();
  cache.set('a', inspect, 10);
  cache.set('b', inspect, 10);
  cache.keepOnly(new Set(['b']));
  expect(cache.get(running, always)).toBeUndefined();
  expect(cache.get({ ...running, Id: 'b' }, always)).toBe(inspect);
});
