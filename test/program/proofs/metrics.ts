import { expect, it } from 'vitest';
import { startTallyman } from '../../support/tallyman-process.ts';
import { waitFor } from '../../support/wait-for.ts';
import { addContainer, scrapeOnce, startRecordedEngine } from '../engines.ts';
import { provesByFile } from './proof.ts';

export function proveMetrics(): void {
  provesByFile('metrics.namespace', 'metrics.global_labels');
  it('names get a prefix, and every series the labels', async () => {
    await using engine = await startRecordedEngine();
    const config = 'metrics: { namespace: edge, global_labels: { region: north, rack: \'a "b" \\c\' } }';
    const { families } = await scrapeOnce(engine.dockerHost, { config });
    const samples = [...families.values()].flatMap((family) => family.samples);
    expect(samples.length).toBeGreaterThan(300);
    for (const { name, labels } of samples) {
      expect(name).toMatch(/^edge_/);
      expect(labels).toMatchObject({ region: 'north', rack: String.raw`a "b" \c` });
    }
    expect(families.has('edge_exporter_up') && families.has('edge_container_memory_usage_bytes')).toBe(true);
  });

  provesByFile('metrics.cache.enabled', 'metrics.cache.ttl');
  it('a fresh collection answers, an old one does not', async () => {
    await using engine = await startRecordedEngine();
    const env = { DOCKER_HOST: engine.dockerHost };
    const scrapeTwice = async (config: string): Promise<number> => {
      const before = engine.count('list');
      await using tallyman = await startTallyman({ config, env });
      await tallyman.scrape();
      await tallyman.scrape();
      return engine.count('list') - before;
    };
    expect(await scrapeTwice('metrics: { cache: { enabled: true, ttl: 1h } }')).toBe(1);
    expect(await scrapeTwice('metrics: { cache: { enabled: false, ttl: 1h } }')).toBe(2);

    await using tallyman = await startTallyman({ config: 'metrics: { cache: { enabled: true, ttl: 400ms } }', env });
    await tallyman.scrape();
    const before = engine.count('list');
    await waitFor('the collection to grow old', async () => {
      await tallyman.scrape();
      return engine.count('list') > before;
    });
  });

  provesByFile('metrics.labels.container_id');
  it('every series of a container has its id', async () => {
    await using engine = await startRecordedEngine();
    const exposition = await scrapeOnce(engine.dockerHost, { config: 'metrics: { labels: { container_id: true } }' });
    const ids = new Map(engine.answers.list.map(({ Id, Names }) => [Names[0]?.slice(1), Id.slice(0, 12)]));
    const samples = [...exposition.families.values()].flatMap((family) => family.samples);
    const ofContainers = samples.filter(({ labels }) => labels['container_name'] !== undefined);
    expect(ofContainers.length).toBeGreaterThan(300);
    for (const { labels } of ofContainers) expect(labels['container_id']).toBe(ids.get(labels['container_name']));
    const plain = await scrapeOnce(engine.dockerHost, {});
    expect(plain.find('container_memory_usage_bytes').some(({ labels }) => 'container_id' in labels)).toBe(false);
  });

  provesByFile('metrics.labels.container_labels');
  it('listed labels are series labels, by names that are allowed', async () => {
    const own = { 'a.b': 'dot', a_b: 'plain', 'a-b': 'dash', team: 'ä "q"', secret: 'hidden' };
    await using engine = await startRecordedEngine((answers) => {
      addContainer(answers, { Id: 'f'.repeat(64), Names: ['/labelled'], Labels: own });
    });
    const config = 'metrics: { labels: { container_labels: [a.b, a-b, a_b, team, absent] } }';
    const exposition = await scrapeOnce(engine.dockerHost, { config });
    const [labelled] = exposition.find('container_memory_usage_bytes', { container_name: 'labelled' });
    // The name that needs no change keeps it; the others are numbered in the list's order.
    expect(labelled?.labels).toEqual({
      ...{ compose_project: '', compose_service: '', container_name: 'labelled', image: 'bb:1' },
      ...{ container_label_a_b: 'plain', container_label_a_b_2: 'dot', container_label_a_b_3: 'dash' },
      ...{ container_label_team: 'ä "q"', container_label_absent: '' },
    });
    const [other] = exposition.find('container_memory_usage_bytes', { container_name: 'fx-limited' });
    expect(other?.labels).toMatchObject({ container_label_a_b: '', container_label_team: '' });
  });
}
