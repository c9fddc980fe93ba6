import type { Clock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import type { Collector } from '../../src/collectors/collector.ts';
import { createCollectorRunner } from '../../src/collectors/run.ts';
import { createCallRecord } from '../../src/docker/call-record.ts';
import { createDockerClient } from '../../src/docker/client.ts';
import type { Observation } from '../../src/docker/observation.ts';
import { createObserver } from '../../src/docker/observer.ts';
import { writeExposition } from '../../src/metrics/exposition.ts';
import type { Exposition } from './exposition.ts';
import { parseExposition } from './exposition-parser.ts';
import { startFakeEngine } from './fake-engine.ts';
import { loadRecordedAnswers, type RecordedAnswers, type RecordedSet } from './recorded-answers.ts';

/** A clock that stands still shortly after the recordings. */
export const recordedClock: Clock = { now: () => Date.parse('2026-11-21T03:00:00Z'), monotonic: () => 0 };

const noFilters = { names: [], images: [], labels: [] };
const everything = { stats: true, inspect: true, counts: true, version: true };

/** What the observer makes of a recorded engine's answers, sent to it over a socket. */
export async function observeRecorded(
  answers: RecordedAnswers,
): Promise<{ observation: Observation; calls: ReturnType<typeof createCallRecord> }> {
  await using engine = await startFakeEngine(answers);
  const calls = createCallRecord(() => 0);
  const address = { kind: 'unix', socketPath: engine.socketPath ?? '' } as const;
  const observer = createObserver({
    client: createDockerClient({ address, record: calls }),
    record: calls,
    filters: { include: noFilters, exclude: noFilters },
    needs: everything,
    maxConcurrent: 0,
    clock: recordedClock,
    log: silentLog(),
  });
  try {
    return { observation: await observer.observe(10_000).done, calls };
  } finally {
    observer.stop();
  }
}

/** The samples that one collector makes of an engine, by way of the exposition. `change` alters what the engine says. */
export async function collectRecorded(
  collector: Collector,
  set: RecordedSet,
  change: (answers: RecordedAnswers) => void = () => undefined,
): Promise<Exposition> {
  const answers = loadRecordedAnswers(set);
  change(answers);
  const { observation, calls } = await observeRecorded(answers);
  const runner = createCollectorRunner({
    collectors: [collector],
    groups: ['container', 'system'],
    labels: { containerId: false, containerLabels: [] },
    calls,
    clock: recordedClock,
    log: silentLog(),
  });
  const text = writeExposition(runner.run(observation), { format: 'text', namespace: '', globalLabels: '' });
  return parseExposition(text, 'prometheus');
}

/** The values of one container's samples by the metric's name, without those that have labels of their own. */
export function valuesOf(exposition: Exposition, container: string): Record<string, number> {
  const samples = [...exposition.families.values()].flatMap((family) => family.samples);
  return Object.fromEntries(
    samples
      .filter(({ labels }) => labels['container_name'] === container && Object.keys(labels).length === 4)
      .map(({ name, value }) => [name, value]),
  );
}
