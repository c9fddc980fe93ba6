import type { ContainerInspect } from '../docker/schemas.ts';
import { defineMetric } from '../metrics/metric.ts';
import type { Collector } from './collector.ts';

const cpuLimit = defineMetric({
  name: 'container_spec_cpu_limit_cores',
  type: 'gauge',
  perContainer: true,
  when: 'listed, with a limit',
  help: 'CPU limit in cores, as the container was given it; absent without one.',
  source: 'HostConfig.NanoCpus / 1e9, else HostConfig.CpuQuota / CpuPeriod',
});
const memoryLimit = defineMetric({
  name: 'container_spec_memory_limit_bytes',
  type: 'gauge',
  perContainer: true,
  when: 'listed, with a limit',
  help: 'Memory limit as the container was given it; absent without one, unlike container_memory_limit_bytes.',
  source: 'HostConfig.Memory',
});

type HostConfig = NonNullable<ContainerInspect['HostConfig']>;

/** The kernel's period where a quota comes without one, in microseconds. */
const defaultPeriod = 100_000;

export const limits: Collector = {
  name: 'limits',
  group: 'container',
  doc: 'the CPU and memory limits containers were given',
  needs: { inspect: true },
  metrics: [cpuLimit, memoryLimit],
  collect({ containers }, samples) {
    for (const { series, inspect } of containers) {
      const given = inspect?.HostConfig;
      if (given == null) continue;
      samples.add(cpuLimit, series, cores(given));
      samples.add(memoryLimit, series, positive(given.Memory));
    }
  },
};

/** `--cpus` gives NanoCpus and leaves the quota 0, `--cpu-quota` the other way round. */
function cores({ NanoCpus, CpuQuota, CpuPeriod }: HostConfig): number | undefined {
  const nano = positive(NanoCpus);
  if (nano !== undefined) return nano / 1e9;
  const quota = positive(CpuQuota);
  return quota === undefined ? undefined : quota / (positive(CpuPeriod) ?? defaultPeriod);
}

function positive(value: number | null | undefined): number | undefined {
  return value != null && value > 0 ? value : undefined;
}
