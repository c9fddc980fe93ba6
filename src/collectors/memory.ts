import { defineMetric } from '../metrics/metric.ts';
import type { Collector } from './collector.ts';

const gauge = { type: 'gauge', perContainer: true, when: 'running', contract: true } as const;

const usage = defineMetric({
  ...gauge,
  name: 'container_memory_usage_bytes',
  help: 'Memory in use, page cache included.',
  source: 'memory_stats.usage',
});
const limit = defineMetric({
  ...gauge,
  name: 'container_memory_limit_bytes',
  help: "Memory limit; the host's memory when the container has none.",
  source: 'memory_stats.limit',
});
const cache = defineMetric({
  ...gauge,
  name: 'container_memory_cache_bytes',
  help: 'Page cache.',
  source: 'memory_stats.stats: cgroup v1 total_cache, else cache; v2 file',
});
const rss = defineMetric({
  ...gauge,
  name: 'container_memory_rss_bytes',
  help: 'Anonymous memory.',
  source: 'memory_stats.stats: cgroup v1 total_rss, else rss; v2 anon',
});
const swap = defineMetric({
  ...gauge,
  name: 'container_memory_swap_bytes',
  help: 'Swap in use. The Engine API does not give it on cgroup v2.',
  source: 'memory_stats.stats: cgroup v1 total_swap, else swap',
});
const workingSet = defineMetric({
  ...gauge,
  name: 'container_memory_working_set_bytes',
  help: 'Memory in use without the page cache that can be dropped at once; the number `docker stats` shows.',
  source: 'memory_stats.usage less stats.total_inactive_file (v1) or inactive_file (v2), never below 0',
});
const failcnt = defineMetric({
  ...gauge,
  name: 'container_memory_failcnt',
  help: 'How often memory use hit the limit. Engines leave it out while it is 0.',
  source: 'memory_stats.failcnt',
});

export const memory: Collector = {
  name: 'memory',
  group: 'container',
  doc: 'memory of running containers',
  needs: { stats: true },
  metrics: [usage, limit, cache, rss, swap, workingSet, failcnt],
  collect({ containers }, samples) {
    for (const { series, stats: answer } of containers) {
      const numbers = answer?.memory_stats;
      // Without the memory controller the engine answers an empty object, or a limit alone.
      if (numbers == null) continue;
      const stats = numbers.stats;
      const inactive = stats?.total_inactive_file ?? stats?.inactive_file ?? 0;
      samples.add(usage, series, numbers.usage);
      samples.add(limit, series, numbers.limit);
      samples.add(cache, series, stats?.total_cache ?? stats?.cache ?? stats?.file);
      samples.add(rss, series, stats?.total_rss ?? stats?.rss ?? stats?.anon);
      samples.add(swap, series, stats?.total_swap ?? stats?.swap);
      samples.add(workingSet, series, numbers.usage == null ? undefined : Math.max(0, numbers.usage - inactive));
      samples.add(failcnt, series, numbers.failcnt);
    }
  },
};
