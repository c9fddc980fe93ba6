import { defineMetric } from '../metrics/metric.ts';
import type { Collector } from './collector.ts';

const current = defineMetric({
  name: 'container_pids_current',
  type: 'gauge',
  perContainer: true,
  when: 'running',
  help: 'Processes and threads.',
  source: 'pids_stats.current',
  contract: true,
});
const limit = defineMetric({
  name: 'container_pids_limit',
  type: 'gauge',
  perContainer: true,
  when: 'running, with a limit',
  help: 'The most processes and threads the container may have; absent when unlimited.',
  source: 'pids_stats.limit',
});

/** cgroup v2 says "no limit" as 2^64 - 1, which a double holds as 2^64. */
const unlimited = 2 ** 63;

export const pids: Collector = {
  name: 'pids',
  group: 'container',
  doc: 'processes of running containers',
  needs: { stats: true },
  metrics: [current, limit],
  collect({ containers }, samples) {
    for (const { series, stats } of containers) {
      const most = stats?.pids_stats?.limit;
      samples.add(current, series, stats?.pids_stats?.current);
      samples.add(limit, series, most != null && most > 0 && most < unlimited ? most : undefined);
    }
  },
};
