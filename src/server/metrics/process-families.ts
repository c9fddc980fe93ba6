import { processCollector } from '../../collectors/process.ts';
import type { CollectorInput } from '../../collectors/collector.ts';
import { defineMetric } from '../../metrics/metric.ts';
import { createSamples, type Samples } from '../../metrics/samples.ts';

const userSeconds = defineMetric({
  name: 'process_cpu_user_seconds_total',
  type: 'counter',
  when: 'always',
  help: 'CPU time Tallyman itself has used in user space.',
  source: 'getrusage(2)',
});
const systemSeconds = defineMetric({
  name: 'process_cpu_system_seconds_total',
  type: 'counter',
  when: 'always',
  help: 'CPU time Tallyman itself has used in the kernel.',
  source: 'getrusage(2)',
});

/** Node.js has its own families here (runtime-families.ts): of the exporter's only those of the process are taken. */
const isOfProcess = (name: string): boolean =>
  name.startsWith('process_') || name === 'nodejs_eventloop_active_seconds_total';

export const processMetrics = [
  ...processCollector.metrics.filter(({ name }) => isOfProcess(name)),
  userSeconds,
  systemSeconds,
];

/** The process as the exporter shows its own, and as servers on other runtimes show theirs. */
export function collectProcess(samples: Samples): void {
  const all = createSamples();
  // This collector looks at the process alone, at nothing that was observed.
  processCollector.collect({} as CollectorInput, all);
  for (const [metric, { labels, values }] of all.families()) {
    if (!isOfProcess(metric.name)) continue;
    for (const [i, value] of values.entries()) samples.add(metric, labels[i] ?? '', value);
  }
  const { user, system } = process.cpuUsage();
  samples.add(userSeconds, '', user / 1e6);
  samples.add(systemSeconds, '', system / 1e6);
}
