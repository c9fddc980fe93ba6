import { beforeAll, expect, it } from 'vitest';
import { runContainer } from '../support/containers.ts';
import { describeEngines } from '../support/engine-suite.ts';
import type { Exposition } from '../support/exposition.ts';

const containers = 5;

describeEngines('calls', {}, (suite) => {
  const callsIn = (exposition: Exposition, call: string): number =>
    exposition.value('exporter_engine_calls_total', { call }) ?? 0;
  const scrape = async (): Promise<Exposition> => (await suite.tallyman.scrape()).exposition;

  beforeAll(async () => {
    for (let index = 0; index < containers; index += 1) await runContainer(suite.engine, `quiet-${String(index)}`);
    await suite.tallyman.scrape();
    await suite.tallyman.scrape();
  });

  it('asks for the list once a scrape, for usage once a container, and for nothing that has not changed', async () => {
    const before = await scrape();
    for (let count = 0; count < 3; count += 1) await scrape();
    const after = await scrape();
    const grown = (call: string): number => callsIn(after, call) - callsIn(before, call);
    expect(grown('list')).toBe(4);
    expect(grown('stats')).toBe(4 * containers);
    for (const call of ['inspect', 'images', 'volumes', 'networks', 'events', 'version'])
      expect(grown(call), call).toBe(0);
  });

  it('inspects only the container that changed', async () => {
    const before = await scrape();
    await suite.engine.docker('restart', 'quiet-0');
    const after = await scrape();
    expect(callsIn(after, 'inspect') - callsIn(before, 'inspect')).toBe(1);
  });

  it('counts again only what changed', async () => {
    const before = await scrape();
    await suite.engine.docker('volume', 'create', 'new');
    await scrape();
    const after = await scrape();
    expect(callsIn(after, 'volumes') - callsIn(before, 'volumes')).toBe(1);
    expect(callsIn(after, 'images') - callsIn(before, 'images')).toBe(0);
    expect(callsIn(after, 'networks') - callsIn(before, 'networks')).toBe(0);
  });

  it('shares one collection among scrapes that come together', async () => {
    const before = await scrape();
    const answers = await Promise.all(Array.from({ length: 20 }, scrape));
    for (const answer of answers) expect(answer.find('container_memory_usage_bytes')).toHaveLength(containers);
    const after = await scrape();
    // one for the last scrape itself
    expect(callsIn(after, 'list') - callsIn(before, 'list') - 1).toBeLessThanOrEqual(2);
  });

  it('asks nothing between scrapes', async () => {
    const before = await scrape();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const after = await scrape();
    for (const { labels, value } of after.find('exporter_engine_calls_total')) {
      const expected = { list: 1, stats: containers }[labels['call'] ?? ''] ?? 0;
      expect(value - callsIn(before, labels['call'] ?? ''), labels['call']).toBe(expected);
    }
  });
});
