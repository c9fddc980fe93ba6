import { buildInfo } from '../base/build-info.ts';
import type { CollectorInput } from '../collectors/collector.ts';
import { processCollector } from '../collectors/process.ts';
import { metricsFaults, type MetricsFault } from '../docker/metrics-socket.ts';
import { labelText } from '../metrics/labels.ts';
import { defineMetric, type Metric } from '../metrics/metric.ts';
import { createSamples, type Samples } from '../metrics/samples.ts';
import type { CollectionPhase } from './collection.ts';
import { protocolCalls, type ProtocolCall } from './protocol.ts';

const build = defineMetric({
  name: 'tallyman_plugin_build_info',
  type: 'gauge',
  labels: ['build_date', 'commit', 'runtime', 'version'],
  when: 'always',
  help: "Tallyman's build as labels; always 1.",
  source: 'the build',
});
const phase = defineMetric({
  name: 'tallyman_plugin_phase',
  type: 'gauge',
  labels: ['phase'],
  when: 'always',
  help: '1 for the phase the plugin is in: waiting for StartMetrics, collecting, or stopped by StopMetrics.',
  source: "the engine's calls",
});
const engineUp = defineMetric({
  name: 'tallyman_plugin_engine_up',
  type: 'gauge',
  when: 'always, once a scrape has asked the engine',
  help: 'Whether the engine gave its metrics to the last scrape that asked for them.',
  source: "the engine's metrics socket",
});
const scrapes = defineMetric({
  name: 'tallyman_plugin_scrapes_total',
  type: 'counter',
  labels: ['outcome'],
  when: 'always',
  help: 'Scrapes by outcome: ok, the phase that has no metrics, or what was wrong with the metrics socket.',
  source: 'GET /metrics',
});
const seconds = defineMetric({
  name: 'tallyman_plugin_engine_wait_seconds_total',
  type: 'counter',
  when: 'always',
  help: "Time scrapes have waited for the engine's metrics.",
  source: 'a monotonic clock',
});
const bytes = defineMetric({
  name: 'tallyman_plugin_engine_passed_bytes_total',
  type: 'counter',
  when: 'always',
  help: "Bytes of the engine's metrics passed on, as the engine sent them (compressed where it did so).",
  source: "the engine's metrics socket",
});
const calls = defineMetric({
  name: 'tallyman_plugin_calls_total',
  type: 'counter',
  labels: ['call', 'result'],
  when: 'always',
  help: "Calls of the engine's plugin protocol, by result; call is other where it is none that is known.",
  source: 'the plugin socket',
});

/** What the plugin says of itself. */
export const pluginMetrics: readonly Metric[] = [
  ...[build, phase, engineUp, scrapes, seconds, bytes, calls],
  ...processCollector.metrics,
];

const phases: readonly CollectionPhase[] = ['waiting', 'collecting', 'stopped'];
const outcomes = ['ok', 'waiting', 'stopped', ...metricsFaults] as const;

export type ScrapeOutcome = (typeof outcomes)[number];

export interface SelfMetrics {
  /** Counts a scrape that has not asked the engine. */
  refused(phase: 'waiting' | 'stopped'): void;
  /** Counts a scrape that has. */
  asked(result: { outcome: 'ok' | MetricsFault; ms: number; bytes: number }): void;
  called(call: ProtocolCall | undefined, ok: boolean): void;
  collect(current: CollectionPhase): Samples;
}

export function createSelfMetrics(): SelfMetrics {
  const scrapeCounts = new Map<ScrapeOutcome, number>(outcomes.map((outcome) => [outcome, 0]));
  const callCounts = new Map<string, number>();
  let isUp: boolean | undefined;
  let waitedMs = 0;
  let passedBytes = 0;
  const callLabels = (call: string, ok: boolean): string =>
    labelText([['call', call], ['result', ok ? 'ok' : 'error']]); // prettier-ignore
  for (const call of [...protocolCalls, 'other']) {
    if (call !== 'other') callCounts.set(callLabels(call, true), 0);
    callCounts.set(callLabels(call, false), 0);
  }
  const countScrape = (outcome: ScrapeOutcome): void => {
    scrapeCounts.set(outcome, (scrapeCounts.get(outcome) ?? 0) + 1);
  };

  return {
    refused: countScrape,
    asked(result) {
      countScrape(result.outcome);
      // Whoever went away says nothing about the engine.
      if (result.outcome !== 'client_gone') isUp = result.outcome === 'ok';
      waitedMs += result.ms;
      passedBytes += result.bytes;
    },
    called(call, ok) {
      const labels = callLabels(call ?? 'other', ok);
      callCounts.set(labels, (callCounts.get(labels) ?? 0) + 1);
    },
    collect(current) {
      const samples = createSamples();
      samples.add(build, buildLabels(), 1);
      for (const one of phases) samples.add(phase, labelText([['phase', one]]), Number(one === current));
      samples.add(engineUp, '', isUp === undefined ? undefined : Number(isUp));
      for (const [outcome, count] of scrapeCounts) samples.add(scrapes, labelText([['outcome', outcome]]), count);
      samples.add(seconds, '', waitedMs / 1000);
      samples.add(bytes, '', passedBytes);
      for (const [labels, count] of callCounts) samples.add(calls, labels, count);
      processCollector.collect(noObservation, samples);
      return samples;
    },
  };
}

/** The process' own collector looks at nothing that an engine said. */
const noObservation = {} as CollectorInput;

function buildLabels(): string {
  return labelText([
    ['build_date', buildInfo.buildDate],
    ['commit', buildInfo.commit],
    ['runtime', `node${process.versions.node}`],
    ['version', buildInfo.version],
  ]);
}
