import type { Metric } from '../metrics/metric.ts';
import { collectors } from './index.ts';
import { selfMetrics } from './self.ts';

/** Every metric of an exporter, in the order of its page; what an agent may send, too. */
export const exporterMetrics: readonly Metric[] = [...collectors.flatMap(({ metrics }) => metrics), ...selfMetrics];
