import { expect, test } from 'vitest';
import { idOf, recordedSets } from '../../test/support/recorded-answers.ts';
import { collectRecorded, valuesOf } from '../../test/support/recorded-observation.ts';
import { limits } from './limits.ts';

test.each(recordedSets)('%s: limits are there only where there are some', async (set) => {
  const exposition = await collectRecorded(limits, set);
  expect(valuesOf(exposition, 'fx-limited')).toEqual({
    container_spec_cpu_limit_cores: 0.2,
    container_spec_memory_limit_bytes: 64 * 2 ** 20,
  });
  // Stopped containers have theirs too.
  expect(valuesOf(exposition, 'fx-oom')).toEqual({ container_spec_memory_limit_bytes: 16 * 2 ** 20 });
  expect(valuesOf(exposition, 'fx-io')).toEqual({});
});

test.each([
  [{ CpuQuota: 150_000, CpuPeriod: 50_000 }, 3],
  [{ CpuQuota: 50_000, CpuPeriod: 0 }, 0.5],
  [{ CpuQuota: -1, CpuPeriod: 100_000 }, undefined],
  [{ NanoCpus: 0, CpuQuota: null }, undefined],
  [{ NanoCpus: 1_500_000_000, CpuQuota: 10 }, 1.5],
])('%j', async (HostConfig, cores) => {
  const exposition = await collectRecorded(limits, 'docker-28.5-cgroup2', (answers) => {
    answers.inspects.set(idOf(answers, 'fx-io'), JSON.stringify({ HostConfig }));
  });
  expect(valuesOf(exposition, 'fx-io')['container_spec_cpu_limit_cores']).toBe(cores);
});
