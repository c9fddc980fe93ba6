import { series } from './exporter-series.ts';
import type { InputSeries, Labels } from './rule-case.ts';
import { grow, hold, type Segment } from './timeline.ts';

export const mib = 1024 * 1024;
export const hostMemory = 16_384 * mib;

/** A container without a limit reports the host's memory as its limit, and has not been given one. */
export function memorySeries(
  labels: Labels,
  limit: number | undefined,
  ...workingSet: readonly Segment[]
): InputSeries[] {
  return [
    series('container_memory_limit_bytes', labels, hold(limit ?? hostMemory, 30)),
    ...(limit === undefined ? [] : [series('container_spec_memory_limit_bytes', labels, hold(limit, 30))]),
    series('container_memory_working_set_bytes', labels, ...workingSet),
  ];
}

export function cpuPeriods(
  labels: Labels,
  throttledPeriods: readonly Segment[],
  periods: readonly Segment[],
): InputSeries[] {
  return [
    series('container_cpu_throttling_periods_total', labels, ...throttledPeriods),
    series('container_cpu_periods_total', labels, ...periods),
  ];
}

/** As much received as sent, and faulty both ways. */
export function networkSeries(
  labels: Labels,
  fault: 'errors' | 'dropped',
  faults: readonly Segment[],
  packets: readonly Segment[],
): InputSeries[] {
  const eth0 = { ...labels, interface: 'eth0' };
  return ['receive', 'transmit'].flatMap((way) => [
    series(`container_network_${way}_packets_total`, eth0, ...packets),
    ...['errors', 'dropped'].map((kind) =>
      series(`container_network_${way}_${kind}_total`, eth0, ...(kind === fault ? faults : [grow(0, 40)])),
    ),
  ]);
}

export function diskSeries(
  labels: Labels,
  device: string,
  reads: readonly Segment[],
  writes: readonly Segment[],
): InputSeries[] {
  return [
    series('container_fs_reads_bytes_total', { ...labels, device }, ...reads),
    series('container_fs_writes_bytes_total', { ...labels, device }, ...writes),
  ];
}
