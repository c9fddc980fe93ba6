import { buildInfo } from '../base/build-info.ts';
import { engineCalls } from '../docker/engine-call.ts';
import { labelText } from '../metrics/labels.ts';
import { defineMetric } from '../metrics/metric.ts';
import type { Samples } from '../metrics/samples.ts';
import type { CollectorInput } from './collector.ts';

const build = defineMetric({
  name: 'exporter_build_info',
  type: 'gauge',
  labels: ['build_date', 'commit', 'go_version', 'version'],
  when: 'always',
  help: "Tallyman's build as labels; always 1. go_version carries the runtime's version, node24.21.0 for example.",
  source: 'the build',
  contract: true,
});
const up = defineMetric({
  name: 'exporter_up',
  type: 'gauge',
  when: 'always',
  help: 'Whether the container list was answered and readable in this scrape.',
  source: 'GET /containers/json',
  contract: true,
});
const duration = defineMetric({
  name: 'exporter_scrape_duration_seconds',
  type: 'gauge',
  labels: ['collector'],
  when: 'always',
  help: 'Time each collector took in this scrape; for the groups container and system, the time the engine was asked.',
  source: 'a monotonic clock',
  contract: true,
});
const errors = defineMetric({
  name: 'exporter_scrape_errors_total',
  type: 'counter',
  labels: ['collector'],
  when: 'always',
  help: 'Errors since the start; each answer that was missing, late or unreadable is one.',
  source: 'the collectors and the engine calls they need',
  contract: true,
});
const duplicates = defineMetric({
  name: 'exporter_duplicate_containers',
  type: 'gauge',
  when: 'always, if the engine answered',
  help: 'Containers left out of this scrape because one with a lower id has the same labels.',
  source: 'the list',
});
const calls = defineMetric({
  name: 'exporter_engine_calls_total',
  type: 'counter',
  labels: ['call'],
  when: 'always',
  help: 'Engine API calls made.',
  source: 'the engine client',
});
const callErrors = defineMetric({
  name: 'exporter_engine_call_errors_total',
  type: 'counter',
  labels: ['call', 'reason'],
  when: 'always, once there is one',
  help: 'Engine API calls that gave nothing or not all, by reason.',
  source: 'the engine client',
});
const refused = defineMetric({
  name: 'exporter_engine_call_refused',
  type: 'gauge',
  labels: ['call'],
  when: 'always',
  help: 'Whether the engine, or a proxy before it, refuses the call at present.',
  source: 'HTTP 401, 403, 404, 405 or 501 in answer to the call',
});

/** What Tallyman says of each scrape; these cannot be switched off. */
export const selfMetrics = [build, up, duration, errors, duplicates, calls, callErrors, refused];

export interface CollectorScore {
  collector: string;
  seconds: number;
  /** Since the start of the program. */
  errors: number;
}

export function collectSelf(input: CollectorInput, scores: readonly CollectorScore[], samples: Samples): void {
  const { observation, calls: record } = input;
  samples.add(
    build,
    labelText([
      ['build_date', buildInfo.buildDate],
      ['commit', buildInfo.commit],
      ['go_version', `node${process.versions.node}`],
      ['version', buildInfo.version],
    ]),
    1,
  );
  samples.add(up, '', Number(observation.isListed));
  for (const { collector, seconds } of scores) samples.add(duration, labelText([['collector', collector]]), seconds);
  for (const score of scores) samples.add(errors, labelText([['collector', score.collector]]), score.errors);
  if (observation.isListed) samples.add(duplicates, '', input.duplicates);
  for (const { call, count } of record.counted()) samples.add(calls, labelText([['call', call]]), count);
  for (const { call, reason, count } of record.failures()) {
    samples.add(callErrors, labelText([['call', call], ['reason', reason]]), count); // prettier-ignore
  }
  const refusedNow = record.refused();
  for (const call of engineCalls) samples.add(refused, labelText([['call', call]]), Number(refusedNow.has(call)));
}
