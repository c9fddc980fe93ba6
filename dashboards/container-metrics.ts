import { maxBy, ofContainers, rate, sumBy } from './promql.ts';

/** Expressions over the exporter's container metrics that several dashboards show. `by` are the labels that remain. */

export function cpuCores(by: string): string {
  return sumBy(by, rate(ofContainers('container_cpu_usage_seconds_total')));
}

/** CPU in use as a share of the limit; of the CPUs that it could run on, where it has none. */
export function cpuOfLimit(by: string): string {
  const limit = maxBy(by, ofContainers('container_spec_cpu_limit_cores'));
  return `${cpuCores(by)} / (${limit} or ${maxBy(by, ofContainers('container_cpu_online_cpus'))})`;
}

/** The part of the CPU limit's periods in which a container was throttled; 0 without a limit, which counts no periods. */
export function throttledRatio(by: string): string {
  const throttled = sumBy(by, rate(ofContainers('container_cpu_throttling_periods_total')));
  const all = sumBy(by, rate(ofContainers('container_cpu_periods_total')));
  return `${throttled} / clamp_min(${all}, 1e-9)`;
}

export function workingSet(by: string): string {
  return sumBy(by, ofContainers('container_memory_working_set_bytes'));
}

/** The memory limits of those that have one. */
export function memoryLimit(by: string): string {
  return maxBy(by, ofContainers('container_spec_memory_limit_bytes'));
}

export function memoryOfLimit(by: string): string {
  return `${workingSet(by)} / ${memoryLimit(by)}`;
}

export function received(by: string): string {
  return sumBy(by, rate(ofContainers('container_network_receive_bytes_total')));
}

export function sent(by: string): string {
  return sumBy(by, rate(ofContainers('container_network_transmit_bytes_total')));
}

export function read(by: string): string {
  return sumBy(by, rate(ofContainers('container_fs_reads_bytes_total')));
}

export function written(by: string): string {
  return sumBy(by, rate(ofContainers('container_fs_writes_bytes_total')));
}

/** Ended, and not well. 143 and 137 are what `docker stop` leaves; 137 for lack of memory shows as an OOM kill. */
export function failed(by: string): string {
  return maxBy(by, `${ofContainers('container_exit_code')} != 0 != 137 != 143`);
}

/** The restarts of those that the engine restarts now or has restarted within ten minutes. */
export function restarting(by: string): string {
  const count = ofContainers('container_restart_count');
  const waits = maxBy(by, ofContainers('container_state', 'state="restarting"'));
  return `${maxBy(by, count)} and (${waits} == 1 or ${maxBy(by, `increase(${count}[10m])`)} > 0)`;
}

export function unhealthy(by: string): string {
  return maxBy(by, `${ofContainers('container_health_status')} == 3`);
}

export function oomKilled(by: string): string {
  return maxBy(by, `${ofContainers('container_oom_killed')} == 1`);
}

export function throttled(by: string): string {
  return `${throttledRatio(by)} > ${String(throttledFrom)}`;
}

export function nearMemoryLimit(by: string): string {
  return `${memoryOfLimit(by)} > ${String(nearLimitFrom)}`;
}

/** A quarter of the periods: below that, throttling is seldom felt. */
export const throttledFrom = 0.25;
export const nearLimitFrom = 0.9;
