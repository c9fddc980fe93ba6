import { expect, test } from 'vitest';
import type { RecordedSet } from '../../test/support/recorded-answers.ts';
import { collectRecorded, valuesOf } from '../../test/support/recorded-observation.ts';
import { cpu } from './cpu.ts';

const names = [
  'usage_seconds_total',
  'system_seconds_total',
  'user_seconds_total',
  'throttling_periods_total',
  'throttled_seconds_total',
  'periods_total',
  'online_cpus',
] as const;

test.each<[RecordedSet, string, number[]]>([
  ['docker-20.10-cgroup1', 'fx-limited', [128.621546014, 0.38, 128.23, 6293, 448.338017046, 6506, 2]],
  ['docker-28.5-cgroup1', 'fx-limited', [31.90959689, 0.05, 31.85, 1593, 126.052287148, 1594, 2]],
  ['docker-20.10-cgroup2', 'fx-limited', [93.79011, 12.630688, 81.159422, 4708, 312.999682, 4738, 2]],
  ['docker-28.5-cgroup2', 'fx-limited', [120.979647, 20.230985, 100.748662, 5976, 346.792151, 6156, 2]],
  ['docker-28.5-cgroup2', 'fx-paused', [1.845796, 1.210022, 0.635774, 0, 0, 0, 2]],
])('%s: %s', async (set, container, expected) => {
  const values = valuesOf(await collectRecorded(cpu, set), container);
  expect(names.map((name) => values[`container_cpu_${name}`])).toEqual(expected);
});

test.each<RecordedSet>(['docker-20.10-cgroup1', 'docker-28.5-cgroup2'])(
  '%s: the zeros of a container that does not run are not its numbers',
  async (set) => {
    const exposition = await collectRecorded(cpu, set);
    for (const name of ['fx-exited', 'fx-created', 'fx-looping']) expect(valuesOf(exposition, name)).toEqual({});
  },
);
