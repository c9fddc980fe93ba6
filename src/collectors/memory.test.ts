import { expect, test } from 'vitest';
import { idOf, recordedSets, type RecordedSet } from '../../test/support/recorded-answers.ts';
import { collectRecorded, valuesOf } from '../../test/support/recorded-observation.ts';
import { memory } from './memory.ts';

const names = ['usage', 'limit', 'cache', 'rss', 'working_set'] as const;

test.each<[RecordedSet, string, number[]]>([
  ['docker-20.10-cgroup1', 'fx-limited', [331776, 67108864, 0, 61440, 331776]],
  ['docker-20.10-cgroup1', 'fx-io', [3002368, 25325268992, 2359296, 118784, 643072]],
  ['docker-28.5-cgroup1', 'fx-io', [3092480, 25325268992, 2363392, 110592, 733184]],
  ['docker-28.5-cgroup1', 'fx-paused', [425984, 25325268992, 0, 53248, 425984]],
  ['docker-20.10-cgroup2', 'fx-io', [2985984, 3119071232, 2363392, 114688, 622592]],
  ['docker-28.5-cgroup2', 'fx-io', [3248128, 3119071232, 2363392, 167936, 884736]],
  ['docker-28.5-cgroup2', 'fx-swap', [23687168, 25165824, 23240704, 53248, 23687168]],
])('%s: %s', async (set, container, expected) => {
  const values = valuesOf(await collectRecorded(memory, set), container);
  expect(names.map((name) => values[`container_memory_${name}_bytes`])).toEqual(expected);
  // No engine tells the swap here: v1 without swap, v2 through the API never.
  expect(values).not.toHaveProperty('container_memory_swap_bytes');
});

test('failcnt is there where the engine gives it, and nowhere as 0', async () => {
  for (const set of recordedSets) {
    const exposition = await collectRecorded(memory, set);
    const hits = exposition.find('container_memory_failcnt').map(({ labels }) => labels['container_name']);
    expect(hits).toEqual(set.endsWith('cgroup2') ? ['fx-oomchild'] : []);
  }
});

test('what is not running has no memory', async () => {
  const exposition = await collectRecorded(memory, 'docker-28.5-cgroup2');
  for (const name of ['fx-exited', 'fx-created', 'fx-looping', 'fx-oom'])
    expect(valuesOf(exposition, name)).toEqual({});
});

test('a container that stops between list and statistics has none', async () => {
  const exposition = await collectRecorded(memory, 'docker-28.5-cgroup2', (answers) => {
    answers.stats.set(idOf(answers, 'fx-io'), answers.stats.get(idOf(answers, 'fx-exited')) ?? '');
  });
  expect(valuesOf(exposition, 'fx-io')).toEqual({});
});

test.each([
  [{ usage: 100, stats: { total_cache: 5, cache: 4, total_swap: 7, swap: 6 }, failcnt: 2 }, { cache: 5, swap: 7 }, 100],
  [{ usage: 100, stats: { cache: 4, swap: 6, inactive_file: 30 }, failcnt: 2 }, { cache: 4, swap: 6 }, 70],
  [{ usage: 100, stats: { total_inactive_file: 130 }, failcnt: 2 }, { cache: undefined, swap: undefined }, 0],
])('totals come before single numbers, and nothing falls below 0: %j', async (memory_stats, { cache, swap }, left) => {
  const values = valuesOf(
    await collectRecorded(memory, 'docker-20.10-cgroup1', (answers) => {
      answers.stats.set(idOf(answers, 'fx-io'), JSON.stringify({ read: '2026-11-21T01:00:00Z', memory_stats }));
    }),
    'fx-io',
  );
  expect(values['container_memory_cache_bytes']).toBe(cache);
  expect(values['container_memory_swap_bytes']).toBe(swap);
  expect(values['container_memory_working_set_bytes']).toBe(left);
  expect(values['container_memory_failcnt']).toBe(2);
  expect(values).not.toHaveProperty('container_memory_limit_bytes');
});

test('without the memory controller there is nothing to tell', async () => {
  const exposition = await collectRecorded(memory, 'docker-28.5-cgroup1', (answers) => {
    answers.stats.set(idOf(answers, 'fx-io'), JSON.stringify({ read: '2026-11-21T01:00:00Z', memory_stats: {} }));
  });
  expect(valuesOf(exposition, 'fx-io')).toEqual({});
});
