import type { Metric } from '../../metrics/metric.ts';
import { fleetMetrics } from './fleet-families.ts';
import { ownMetrics } from './own-families.ts';
import { counterMetrics } from './process-counters.ts';
import { processMetrics } from './process-families.ts';
import { runtimeMetrics } from './runtime-families.ts';

/** Every family of the server's /metrics, the fixed contract's first. */
export const serverMetrics: readonly Metric[] = [
  ...fleetMetrics,
  ...counterMetrics,
  ...ownMetrics,
  ...processMetrics,
  ...runtimeMetrics,
].toSorted((a, b) => Number(b.contract) - Number(a.contract));
