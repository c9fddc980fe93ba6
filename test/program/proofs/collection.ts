import { expect, it } from 'vitest';
import { hang, type FakeCall, type FakeEngine } from '../../support/fake-engine.ts';
import { startTallyman } from '../../support/tallyman-process.ts';
import { waitFor } from '../../support/wait-for.ts';
import { scrapeOnce, startRecordedEngine } from '../engines.ts';
import { proves, provesByFile } from './proof.ts';

export function proveCollection(): void {
  provesByFile('collection.interval');
  it('scrapes ask nothing, the engine is asked by itself', async () => {
    await using engine = await startRecordedEngine();
    const env = { DOCKER_HOST: engine.dockerHost };
    await using often = await startTallyman({ config: 'collection: { interval: 100ms }', env });
    await waitFor('collections without a scrape', () => engine.count('list') >= 4);
    expect((await often.scrape()).exposition.value('exporter_up')).toBe(1);
    await often.stop();

    await using seldom = await startTallyman({ config: 'collection: { interval: 1h }', env });
    await seldom.scrape();
    const before = engine.count('list');
    const scrapes = await Promise.all([seldom.scrape(), seldom.scrape(), seldom.scrape()]);
    expect(scrapes.map(({ exposition }) => exposition.value('exporter_up'))).toEqual([1, 1, 1]);
    expect(engine.count('list')).toBe(before);
  });

  proves('collection.interval COLLECTION_INTERVAL');
  it('the interval of the environment counts', async () => {
    await using engine = await startRecordedEngine();
    const env = { DOCKER_HOST: engine.dockerHost, COLLECTION_INTERVAL: '0.1' };
    await using tallyman = await startTallyman({ config: 'collection: { interval: 1h }', env });
    await waitFor('collections without a scrape', () => engine.count('list') >= 4);
    expect((await tallyman.scrape()).exposition.value('exporter_up')).toBe(1);
  });

  provesByFile('collection.timeout');
  it('a collection ends at its timeout with what it has', async () => {
    await expectTimeout('700ms', {}, 0.7);
  });

  proves('collection.timeout COLLECTION_TIMEOUT');
  it('the timeout of the environment counts', async () => {
    await expectTimeout('24h', { COLLECTION_TIMEOUT: '0.4' }, 0.4);
  });

  for (const [name, { families, calls }] of Object.entries(collectors)) {
    provesByFile(`collection.collectors.${name}`);
    it(`without ${name}, exactly its families go, and the calls that only it needs`, async () => {
      const [whole, rest] = await Promise.all([collect(''), collect(`${name}: false`)]);
      const gone = [...whole.families].filter((family) => !rest.families.has(family));
      expect(gone.length).toBeGreaterThan(0);
      expect(gone).toEqual([...whole.families].filter((family) => families.test(family)));
      expect([...rest.families].filter((family) => !whole.families.has(family))).toEqual([]);
      expect([...whole.calls].filter((call) => !rest.calls.has(call))).toEqual(calls);
      expect([...whole.scored].filter((collector) => !rest.scored.has(collector))).toContain(name);
    });
  }
  it('without all that read them, statistics are not asked for', async () => {
    const { calls } = await collect('memory: false, cpu: false, network: false, block_io: false, pids: false');
    expect(calls).toEqual(new Set<FakeCall>(['list', 'inspect', 'version', 'images', 'volumes', 'networks']));
  });
  it('without both that read it, inspect is not asked for', async () => {
    const { calls } = await collect('state: false, limits: false');
    expect(calls).toEqual(new Set<FakeCall>(['list', 'stats', 'version', 'images', 'volumes', 'networks']));
  });
}

/** Which families belong to a collector, and which calls nobody else makes. */
const collectors: Readonly<Record<string, { families: RegExp; calls: readonly FakeCall[] }>> = {
  container: { families: /^container_/, calls: ['stats', 'inspect'] },
  system: { families: /^docker_/, calls: ['version', 'images', 'volumes', 'networks'] },
  memory: { families: /^container_memory_/, calls: [] },
  cpu: { families: /^container_cpu_/, calls: [] },
  network: { families: /^container_network_/, calls: [] },
  block_io: { families: /^container_fs_/, calls: [] },
  pids: { families: /^container_pids_/, calls: [] },
  limits: { families: /^container_spec_/, calls: [] },
  state: {
    families: /^container_(?:last_seen|start_time|uptime|info|health|restart|exit_code|oom_killed|state)/,
    calls: [],
  },
  counts: { families: /^docker_\w+_total$/, calls: ['images', 'volumes', 'networks'] },
  engine: { families: /^docker_engine_info$/, calls: ['version'] },
  process: { families: /^(?:process|nodejs)_/, calls: [] },
};

interface Collected {
  families: Set<string>;
  calls: Set<FakeCall>;
  /** The collectors of which the exporter tells how long they took. */
  scored: Set<string | undefined>;
}

async function collect(switches: string): Promise<Collected> {
  await using engine = await startRecordedEngine();
  const config = `collection: { collectors: { ${switches} } }`;
  const exposition = await scrapeOnce(engine.dockerHost, { config });
  const scores = exposition.find('exporter_scrape_duration_seconds');
  return {
    families: new Set(exposition.families.keys()),
    calls: callsOf(engine),
    scored: new Set(scores.map(({ labels }) => labels['collector'])),
  };
}

const order: readonly FakeCall[] = ['list', 'stats', 'inspect', 'version', 'images', 'volumes', 'networks'];

function callsOf(engine: FakeEngine): Set<FakeCall> {
  return new Set(order.filter((call) => engine.count(call) > 0));
}

async function expectTimeout(inFile: string, env: Record<string, string>, seconds: number): Promise<void> {
  await using engine = await startRecordedEngine();
  engine.misbehave({ calls: ['stats'] }, hang);
  const config = `collection: { timeout: ${inFile} }`;
  const exposition = await scrapeOnce(engine.dockerHost, { config, env });
  expect(exposition.value('exporter_up')).toBe(1);
  expect(exposition.find('container_memory_usage_bytes')).toEqual([]);
  expect(exposition.find('container_last_seen')).toHaveLength(engine.answers.list.length);
  expect(exposition.value('exporter_scrape_errors_total', { collector: 'container' })).toBeGreaterThan(0);
  // Timers may be a millisecond early by another clock.
  const took = exposition.value('exporter_scrape_duration_seconds', { collector: 'container' });
  expect(took).toBeGreaterThan(seconds - 0.01);
  expect(took).toBeLessThan(seconds + 20);
}
