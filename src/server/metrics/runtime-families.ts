import { constants, monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { getHeapSpaceStatistics } from 'node:v8';
import { createHistogram } from '../../metrics/instruments.ts';
import { labelText } from '../../metrics/labels.ts';
import { defineMetric, type Metric } from '../../metrics/metric.ts';
import type { Samples } from '../../metrics/samples.ts';

const gauge = { type: 'gauge', when: 'always' } as const;

const versionInfo = defineMetric({
  ...gauge,
  name: 'nodejs_version_info',
  labels: ['version', 'major', 'minor', 'patch'],
  help: 'The version of Node.js as labels; always 1.',
  source: 'process.version',
});
const heapTotal = memory('nodejs_heap_size_total_bytes', 'JavaScript heap held.', 'heapTotal');
const heapUsed = memory('nodejs_heap_size_used_bytes', 'JavaScript heap in use.', 'heapUsed');
const external = memory('nodejs_external_memory_bytes', 'Memory outside the heap that objects hold.', 'external');
const spaceTotal = space('total', 'held', 'space_size');
const spaceUsed = space('used', 'in use', 'space_used_size');
const spaceAvailable = space('available', 'that can be used yet', 'space_available_size');
const lag = defineMetric({
  ...gauge,
  name: 'nodejs_eventloop_lag_seconds',
  help: 'How long the event loop took to come round once during this scrape.',
  source: 'setImmediate',
});
const lagSince = {
  min: lagFamily('min', 'Shortest'),
  max: lagFamily('max', 'Longest'),
  mean: lagFamily('mean', 'Mean'),
  stddev: lagFamily('stddev', 'Standard deviation of the'),
  p50: lagFamily('p50', '50th percentile of the'),
  p90: lagFamily('p90', '90th percentile of the'),
  p99: lagFamily('p99', '99th percentile of the'),
};
const collections = defineMetric({
  name: 'nodejs_gc_duration_seconds',
  type: 'histogram',
  when: 'always, once there was one',
  labels: ['kind'],
  buckets: [0.001, 0.01, 0.1, 1, 2, 5],
  help: 'Garbage collections by kind: major, minor, incremental or weakcb.',
  source: "perf_hooks, entries 'gc'",
});
const resources = defineMetric({
  ...gauge,
  name: 'nodejs_active_resources',
  labels: ['type'],
  help: 'What keeps the event loop alive, by type.',
  source: 'process.getActiveResourcesInfo()',
});

export const runtimeMetrics: readonly Metric[] = [
  versionInfo,
  heapTotal,
  heapUsed,
  external,
  spaceTotal,
  spaceUsed,
  spaceAvailable,
  lag,
  ...Object.values(lagSince),
  collections,
  resources,
];

/** Node.js' own numbers, by the names that the ecosystem's dashboards know. */
export interface RuntimeMeter {
  collect(samples: Samples): Promise<void>;
  /** Can be called twice. */
  stop(): void;
}

const kindNames = new Map<unknown, string>([
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
]);

/** Measures the event loop and the garbage collector from now on. */
export function createRuntimeMeter(): RuntimeMeter {
  const durations = createHistogram(collections, kindNames.size);
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const kind = kindNames.get((entry as { detail?: { kind?: unknown } }).detail?.kind);
      if (kind !== undefined) durations.observe(labelText([['kind', kind]]), entry.duration / 1000);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  const delays = monitorEventLoopDelay({ resolution: 10 });
  delays.enable();

  const collectDelays = (samples: Samples): void => {
    // Before its first measurement the histogram has a minimum that no loop can have.
    if (delays.count > 0) {
      samples.add(lagSince.min, '', delays.min / 1e9);
      samples.add(lagSince.max, '', delays.max / 1e9);
      samples.add(lagSince.mean, '', delays.mean / 1e9);
      samples.add(lagSince.stddev, '', delays.stddev / 1e9);
      samples.add(lagSince.p50, '', delays.percentile(50) / 1e9);
      samples.add(lagSince.p90, '', delays.percentile(90) / 1e9);
      samples.add(lagSince.p99, '', delays.percentile(99) / 1e9);
    }
    delays.reset();
  };

  return {
    async collect(samples) {
      const from = performance.now();
      await nextTurn();
      const lagSeconds = (performance.now() - from) / 1000;
      collectVersion(samples);
      collectHeap(samples);
      samples.add(lag, '', lagSeconds);
      collectDelays(samples);
      durations.collect(samples);
      collectResources(samples);
    },
    stop() {
      observer.disconnect();
      delays.disable();
    },
  };
}

function collectVersion(samples: Samples): void {
  const [major = '', minor = '', patch = ''] = process.versions.node.split('.');
  const labels = labelText([['version', process.version], ['major', major], ['minor', minor], ['patch', patch]]); // prettier-ignore
  samples.add(versionInfo, labels, 1);
}

function collectHeap(samples: Samples): void {
  const heap = process.memoryUsage();
  samples.add(heapTotal, '', heap.heapTotal);
  samples.add(heapUsed, '', heap.heapUsed);
  samples.add(external, '', heap.external);
  for (const { space_name, space_size, space_used_size, space_available_size } of getHeapSpaceStatistics()) {
    const labels = labelText([['space', space_name.replace(/_space$/, '')]]);
    samples.add(spaceTotal, labels, space_size);
    samples.add(spaceUsed, labels, space_used_size);
    samples.add(spaceAvailable, labels, space_available_size);
  }
}

function collectResources(samples: Samples): void {
  const byType = Map.groupBy(process.getActiveResourcesInfo(), (type) => type);
  for (const [type, all] of byType) samples.add(resources, labelText([['type', type]]), all.length);
}

function memory(name: string, help: string, field: string): Metric {
  return defineMetric({ ...gauge, name, help, source: `process.memoryUsage().${field}` });
}

function space(part: string, words: string, field: string): Metric {
  return defineMetric({
    ...gauge,
    name: `nodejs_heap_space_size_${part}_bytes`,
    labels: ['space'],
    help: `Size of the space of the JavaScript heap ${words}.`,
    source: `v8.getHeapSpaceStatistics().${field}`,
  });
}

function lagFamily(part: string, words: string): Metric {
  return defineMetric({
    ...gauge,
    name: `nodejs_eventloop_lag_${part}_seconds`,
    when: 'always, once it was measured',
    help: `${words} delay of the event loop since the last scrape.`,
    source: 'perf_hooks.monitorEventLoopDelay()',
  });
}
