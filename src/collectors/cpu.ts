import { defineMetric } from '../metrics/metric.ts';
import type { Collector } from './collector.ts';

const counter = { type: 'counter', perContainer: true, when: 'running', contract: true } as const;

const usage = defineMetric({
  ...counter,
  name: 'container_cpu_usage_seconds_total',
  help: 'CPU time used.',
  source: 'cpu_stats.cpu_usage.total_usage / 1e9',
});
const system = defineMetric({
  ...counter,
  name: 'container_cpu_system_seconds_total',
  help: 'CPU time used in the kernel.',
  source: 'cpu_stats.cpu_usage.usage_in_kernelmode / 1e9',
});
const user = defineMetric({
  ...counter,
  name: 'container_cpu_user_seconds_total',
  help: 'CPU time used in user space.',
  source: 'cpu_stats.cpu_usage.usage_in_usermode / 1e9',
});
const throttledPeriods = defineMetric({
  ...counter,
  name: 'container_cpu_throttling_periods_total',
  help: 'Periods in which the container was throttled by its CPU limit.',
  source: 'cpu_stats.throttling_data.throttled_periods',
});
const throttledSeconds = defineMetric({
  ...counter,
  name: 'container_cpu_throttled_seconds_total',
  help: 'Time the container was throttled by its CPU limit.',
  source: 'cpu_stats.throttling_data.throttled_time / 1e9',
});
const periods = defineMetric({
  ...counter,
  contract: false,
  name: 'container_cpu_periods_total',
  help: 'Periods of the CPU limit that have passed, throttled or not: the base of a throttle ratio.',
  source: 'cpu_stats.throttling_data.periods',
});
const onlineCpus = defineMetric({
  name: 'container_cpu_online_cpus',
  type: 'gauge',
  perContainer: true,
  when: 'running',
  help: 'CPUs the container could run on, limits aside.',
  source: 'cpu_stats.online_cpus',
});

export const cpu: Collector = {
  name: 'cpu',
  group: 'container',
  doc: 'CPU time and throttling of running containers',
  needs: { stats: true },
  metrics: [usage, system, user, throttledPeriods, throttledSeconds, periods, onlineCpus],
  collect({ containers }, samples) {
    for (const { series, stats } of containers) {
      const used = stats?.cpu_stats?.cpu_usage;
      const throttling = stats?.cpu_stats?.throttling_data;
      samples.add(usage, series, seconds(used?.total_usage));
      samples.add(system, series, seconds(used?.usage_in_kernelmode));
      samples.add(user, series, seconds(used?.usage_in_usermode));
      samples.add(throttledPeriods, series, throttling?.throttled_periods);
      samples.add(throttledSeconds, series, seconds(throttling?.throttled_time));
      samples.add(periods, series, throttling?.periods);
      samples.add(onlineCpus, series, stats?.cpu_stats?.online_cpus || undefined);
    }
  },
};

function seconds(nanoseconds: number | null | undefined): number | undefined {
  return nanoseconds == null ? undefined : nanoseconds / 1e9;
}
