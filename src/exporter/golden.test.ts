import { expect, test } from 'vitest';
import { parseExposition } from '../../test/support/exposition-parser.ts';
import { startFakeEngine } from '../../test/support/fake-engine.ts';
import { loadRecordedAnswers, recordedSets, type RecordedSet } from '../../test/support/recorded-answers.ts';
import { recordedClock } from '../../test/support/recorded-observation.ts';
import { silentLog } from '../base/log.ts';
import { createExporter } from './create-exporter.ts';

/**
 * Everything that is served for the recorded engines, as text. After a change that is meant:
 * `npx vitest run --project unit src/exporter/golden.test.ts -u`, and read the difference before it is committed.
 */
test.each(recordedSets)('%s', async (set) => {
  const text = await scrape(set, 'text/plain');
  await expect(neutral(text)).toMatchFileSnapshot(`../../test/fixtures/golden/${set}.txt`);
});

test('both formats tell the same', async () => {
  const set = 'docker-28.5-cgroup2';
  const plain = parseExposition(await scrape(set, 'text/plain'), 'prometheus');
  const open = parseExposition(await scrape(set, 'application/openmetrics-text'), 'openmetrics');
  for (const [name, { samples, help, type }] of plain.families) {
    const other = open.families.get(type === 'counter' ? name.slice(0, -'_total'.length) : name);
    expect(other).toMatchObject({ samples, help, type });
  }
  expect(open.families.size).toBe(plain.families.size);
});

async function scrape(set: RecordedSet, accept: string): Promise<string> {
  await using engine = await startFakeEngine(loadRecordedAnswers(set));
  const nothing = { names: [], images: [], labels: [] };
  const exporter = createExporter({
    engine: {
      address: { kind: 'unix', socketPath: engine.socketPath ?? '' },
      tls: undefined,
      pinnedApiVersion: undefined,
    },
    metricsSocket: '',
    collectors: { process: false },
    filters: { include: nothing, exclude: nothing },
    labels: { containerId: false, containerLabels: [] },
    namespace: '',
    globalLabels: {},
    collection: { timeoutMs: 10_000, intervalMs: 0, cacheTtlMs: 0 },
    maxConcurrent: 0,
    paths: { metrics: '/metrics', health: '/health', ready: '/ready' },
    isHealthExempt: false,
    profiling: undefined,
    clock: recordedClock,
    log: silentLog(),
  });
  const route = exporter.routes.find(({ path }) => path === '/metrics');
  try {
    const reply = await route?.handle({
      method: 'GET',
      path: '/metrics',
      query: new URLSearchParams(),
      headers: { accept },
      remoteAddress: '127.0.0.1',
      body: new Uint8Array(),
      signal: new AbortController().signal,
    });
    return Buffer.from(reply?.body as Uint8Array).toString('utf8');
  } finally {
    exporter.stop();
  }
}

/** Without what depends on the build. */
function neutral(text: string): string {
  return text.replace(/^exporter_build_info\{.*$/m, 'exporter_build_info{...} 1');
}
