import { collectors } from '../../collectors/index.ts';
import { selfMetrics } from '../../collectors/self.ts';
import type { Metric } from '../../metrics/metric.ts';

/** What agents send, by name, in the order it is printed: the families of an exporter. */
export const agentMetrics: ReadonlyMap<string, Metric> = new Map(
  [...collectors.flatMap(({ metrics }) => metrics), ...selfMetrics].map((metric) => [metric.name, metric]),
);
