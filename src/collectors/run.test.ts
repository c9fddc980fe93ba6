import { pino } from 'pino';
import { expect, test } from 'vitest';
import { parseExposition } from '../../test/support/exposition-parser.ts';
import type { Exposition } from '../../test/support/exposition.ts';
import { createCallRecord } from '../docker/call-record.ts';
import type { Observation, ObservedContainer } from '../docker/observation.ts';
import { writeExposition } from '../metrics/exposition.ts';
import { defineMetric } from '../metrics/metric.ts';
import type { Samples } from '../metrics/samples.ts';
import type { Collector } from './collector.ts';
import { collectors, enabledCollectors } from './index.ts';
import { createCollectorRunner } from './run.ts';

const metric = defineMetric({ name: 'fine', type: 'gauge', help: 'Help.', when: 'always', source: 'a test' });
const fine: Collector = {
  name: 'fine',
  group: 'system',
  doc: '',
  needs: { counts: true },
  metrics: [metric],
  collect: ({ containers }, samples) => samples.add(metric, '', containers.length),
};
const broken: Collector = {
  ...fine,
  name: 'broken',
  needs: {},
  collect(_, samples) {
    samples.add(metric, 'half="done"', 1);
    throw new Error('it broke');
  },
};

const container = (id: string): ObservedContainer => ({
  id,
  name: 'web',
  image: 'nginx',
  labels: {},
  state: 'running',
  status: { health: undefined, exitCode: undefined },
});

const observation: Observation = {
  at: 0,
  isListed: true,
  containers: [],
  counts: {},
  errors: { container: 0, system: 0 },
  seconds: { container: 0.25, system: 0.5 },
};

function create(list: readonly Collector[]): { runner: ReturnType<typeof createCollectorRunner>; lines: string[] } {
  const lines: string[] = [];
  const log = pino(
    { base: null },
    { write: (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg) },
  );
  const runner = createCollectorRunner({
    collectors: list,
    groups: ['container', 'system'],
    labels: { containerId: false, containerLabels: [] },
    calls: createCallRecord(() => 0),
    clock: { now: () => 0, monotonic: () => 0 },
    log,
  });
  return { runner, lines };
}

const read = (samples: Samples): Exposition =>
  parseExposition(writeExposition(samples, { format: 'text', namespace: '', globalLabels: '' }), 'prometheus');

test('a collector that fails loses its own samples only, is counted, and told once', () => {
  const { runner, lines } = create([broken, fine]);
  runner.run(observation);
  const seen = read(runner.run(observation));
  expect(seen.find('fine')).toEqual([{ name: 'fine', labels: {}, value: 0 }]);
  expect(seen.value('exporter_scrape_errors_total', { collector: 'broken' })).toBe(2);
  expect(seen.value('exporter_scrape_errors_total', { collector: 'fine' })).toBe(0);
  expect(lines).toEqual(['a collector failed: it broke']);
});

test('errors of observations add up, by group', () => {
  const { runner } = create([fine]);
  for (let i = 0; i < 2; i += 1) runner.countErrors({ ...observation, errors: { container: 3, system: 1 } });
  const seen = read(runner.run(observation));
  const of = (name: string, collector: string): number | undefined => seen.value(name, { collector });
  expect(['container', 'system'].map((group) => of('exporter_scrape_errors_total', group))).toEqual([6, 2]);
  expect(['container', 'system'].map((group) => of('exporter_scrape_duration_seconds', group))).toEqual([0.25, 0.5]);
});

test('duplicates are left out, counted and told once each', () => {
  const { runner, lines } = create([fine]);
  const twice = { ...observation, containers: [container('b'), container('a'), container('c')] };
  runner.run(twice);
  const seen = read(runner.run(twice));
  expect(seen.value('fine')).toBe(1);
  expect(seen.value('exporter_duplicate_containers')).toBe(2);
  expect(lines).toHaveLength(2);
});

test('without a list there is only what Tallyman knows of itself', () => {
  const { runner } = create(collectors.filter(({ name }) => name !== 'process'));
  const seen = read(runner.run({ ...observation, isListed: false }));
  expect([...seen.families.keys()]).toEqual([
    'exporter_build_info',
    'exporter_up',
    'exporter_scrape_duration_seconds',
    'exporter_scrape_errors_total',
    'exporter_engine_call_refused',
  ]);
  expect(seen.value('exporter_up')).toBe(0);
});

test('what has to be asked is what the collectors need', () => {
  expect(create([broken]).runner.needs).toEqual({ stats: false, inspect: false, counts: false, version: false });
  expect(create([broken, fine]).runner.needs).toEqual({ stats: false, inspect: false, counts: true, version: false });
  expect(create(collectors).runner.needs).toEqual({ stats: true, inspect: true, counts: true, version: true });
});

test('collectors are switched by name and by group', () => {
  const names = (switches: Record<string, boolean>): string[] => enabledCollectors(switches).map(({ name }) => name);
  expect(names({})).toHaveLength(collectors.length);
  expect(names({ cpu: false })).not.toContain('cpu');
  expect(names({ container: false })).toEqual(['counts', 'engine', 'process']);
  expect(names({ container: false, system: false, process: false })).toEqual([]);
});
