import { afterEach, beforeAll, expect, it } from 'vitest';
import { runContainer } from '../support/containers.ts';
import { describeEngines } from '../support/engine-suite.ts';
import { waitFor } from '../support/wait-for.ts';

describeEngines('outages', {}, (suite) => {
  const upInScrape = async (): Promise<number | undefined> =>
    (await suite.tallyman.scrape()).exposition.value('exporter_up');
  const untilUp = (): Promise<boolean> =>
    waitFor('the exporter to be up', async () => (await upInScrape()) === 1, { withinMs: 20_000 });
  /** What /ready says may be a second old. */
  const untilReadyIs = (status: number): Promise<boolean> =>
    waitFor(`/ready to be ${String(status)}`, async () => (await suite.tallyman.get('/ready')).status === status, {
      withinMs: 2000,
    });

  beforeAll(async () => {
    await runContainer(suite.engine, 'lasting', { flags: ['--restart', 'always'] });
    await untilUp();
  });
  afterEach(async () => {
    await untilUp();
    await untilReadyIs(200);
  });

  it.each(['halt', 'kill'] as const)('serves its own metrics alone while the engine is away: %s', async (end) => {
    const { exposition: before } = await suite.tallyman.scrape();
    await suite.engine[end]();
    try {
      const { exposition } = await suite.tallyman.scrape();
      expect(exposition.value('exporter_up')).toBe(0);
      const foreign = [...exposition.families.keys()].filter((name) => !/^(exporter|process|nodejs)_/.test(name));
      expect(foreign).toEqual([]);
      expect((await suite.tallyman.get('/health')).status).toBe(200);
      await untilReadyIs(503);
    } finally {
      await suite.engine.start();
    }
    await waitFor('the container to run again', () => suite.engine.docker('ps', '--quiet').then((ids) => ids !== ''));
    await untilUp();
    const { exposition: after } = await suite.tallyman.scrape();
    const startOf = (of: typeof after): number =>
      of.value('container_start_time_seconds', { container_name: 'lasting' }) ?? 0;
    expect(startOf(after)).toBeGreaterThan(startOf(before));
    expect(after.value('container_memory_usage_bytes', { container_name: 'lasting' })).toBeGreaterThan(0);
    for (const { labels, value } of before.find('exporter_scrape_errors_total')) {
      expect(after.value('exporter_scrape_errors_total', labels)).toBeGreaterThanOrEqual(value);
    }
  });

  it('answers every scrape while the engine restarts', async () => {
    const over = new AbortController();
    const restarted = suite.engine.restart().finally(() => over.abort());
    restarted.catch(() => undefined); // waited for below
    let scrapes = 0;
    while (!over.signal.aborted) {
      const { exposition } = await suite.tallyman.scrape();
      expect([0, 1]).toContain(exposition.value('exporter_up'));
      scrapes += 1;
    }
    await restarted;
    expect(scrapes).toBeGreaterThan(1);
  });

  it('ends a scrape in time while the engine hangs, and answers the rest at once', async () => {
    await suite.engine.freeze();
    try {
      const askedAt = Date.now();
      const { exposition } = await suite.tallyman.scrape({ 'x-prometheus-scrape-timeout-seconds': '2' });
      const tookMs = Date.now() - askedAt;
      expect(exposition.value('exporter_up')).toBe(0);
      expect(tookMs).toBeLessThan(2000);
      for (const [path, status] of [
        ['/health', 200],
        ['/ready', 503],
      ] as const) {
        const start = Date.now();
        expect((await suite.tallyman.get(path)).status, path).toBe(status);
        expect(Date.now() - start, path).toBeLessThan(500);
      }
    } finally {
      suite.engine.thaw();
    }
  });

  it('follows changes made while the engine was away from its sight', async () => {
    await suite.engine.halt();
    await upInScrape();
    await suite.engine.start();
    await suite.engine.docker('rename', 'lasting', 'renamed');
    await suite.engine.docker('volume', 'create', 'unseen');
    await untilUp();
    const { exposition } = await suite.tallyman.scrape();
    expect(exposition.find('container_info').map(({ labels }) => labels['container_name'])).toEqual(['renamed']);
    expect(exposition.value('docker_volumes_total')).toBe(1);
  });
});
