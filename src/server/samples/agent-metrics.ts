import { exporterMetrics } from '../../collectors/exporter-metrics.ts';
import type { Metric } from '../../metrics/metric.ts';

/** What agents send, by name, in the order it is printed: the families of an exporter. */
export const agentMetrics: ReadonlyMap<string, Metric> = new Map(
  exporterMetrics.map((metric) => [metric.name, metric]),
);
