import { beforeAll, expect, it } from 'vitest';
import { containerFamilies, contract, furtherFamilies, lintExceptions } from '../support/contract.ts';
import { idleZooNames, zooNames } from '../support/container-zoo.ts';
import { describeEngines } from '../support/engine-suite.ts';
import type { Sample } from '../support/exposition.ts';
import { runCommand } from '../support/run-command.ts';
import { engineNumbers, type Numbers } from './engine-numbers.ts';
import { observe, stableContainers, type ContainerView, type Observation } from './engine-view.ts';

const none: Numbers = new Map();

describeEngines('families', { zoo: true, requirements: ['promtool'] }, (suite) => {
  let seen: Observation;
  beforeAll(async () => {
    await suite.tallyman.scrape(); // the first one fills the caches
    seen = await observe(suite.engine, suite.tallyman);
  });

  it.each(contract)('$name has its type and labels', ({ name, type, labels }) => {
    const family = seen.scrape.exposition.families.get(name);
    if (family === undefined) {
      expect(expectedSeries(seen, name), `${name} is absent`).toEqual([]);
      return;
    }
    expect(family).toMatchObject({ type, help: expect.stringMatching(/\w/) });
    for (const sample of family.samples) expect(Object.keys(sample.labels).toSorted()).toEqual([...labels].toSorted());
  });

  it.each(furtherFamilies)('%s is there, beyond the contract', (name) => {
    expect(seen.scrape.exposition.families.get(name)?.samples).not.toHaveLength(0);
  });

  it.each(Object.keys(engineNumbers))('%s is what the engine says', (name) => {
    for (const container of stableContainers(seen)) {
      const samples = seen.scrape.exposition.find(name, { container_name: container.name });
      expectAgreement(
        container.name,
        name,
        samples,
        numbersOf(name, container.before),
        numbersOf(name, container.after),
      );
    }
  });

  it('shows load where there is load', () => {
    const { value } = seen.scrape.exposition;
    expect(value('container_cpu_usage_seconds_total', { container_name: 'limited' })).toBeGreaterThan(0.1);
    expect(value('container_cpu_throttling_periods_total', { container_name: 'limited' })).toBeGreaterThan(0);
    expect(value('container_cpu_throttled_seconds_total', { container_name: 'limited' })).toBeGreaterThan(0);
    expect(value('container_memory_limit_bytes', { container_name: 'limited' })).toBe(64 * 1024 ** 2);
    expect(value('container_pids_limit', { container_name: 'limited' })).toBe(50);
    expect(value('container_pids_limit', { container_name: 'server' })).toBeUndefined();
    expect(value('container_network_receive_bytes_total', { container_name: 'client' })).toBeGreaterThan(8192);
    expect(value('container_network_transmit_bytes_total', { container_name: 'server' })).toBeGreaterThan(8192);
  });

  it('has no other container families under the names of the contract', () => {
    const names = new Set(containerFamilies.map(({ name }) => name));
    for (const { samples } of [...seen.scrape.exposition.families.values()].filter(({ name }) => names.has(name))) {
      for (const { labels } of samples) expect(zooNames).toContain(labels['container_name']);
    }
  });

  it('counts no error', () => {
    const { exposition } = seen.scrape;
    expect(exposition.value('exporter_up')).toBe(1);
    expect(exposition.find('exporter_scrape_errors_total').filter(({ value }) => value !== 0)).toEqual([]);
    expect(exposition.find('exporter_scrape_duration_seconds').length).toBeGreaterThan(0);
  });

  it('says the same in OpenMetrics', async () => {
    const openMetrics = await suite.tallyman.scrape({ accept: 'application/openmetrics-text; version=1.0.0' });
    expect(openMetrics.headers['content-type']).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(seen.scrape.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    const families = [...openMetrics.exposition.families.values()];
    expect(new Set(families.map(({ name, type }) => (type === 'counter' ? `${name}_total` : name)))).toEqual(
      new Set(seen.scrape.exposition.families.keys()),
    );
  });

  it('is clean for promtool but for the names of the contract', async () => {
    const { stderr } = await runCommand('promtool', ['check', 'metrics'], {
      input: seen.scrape.text,
      accept: [0, 1, 3],
    });
    expect(stderr.split('\n').filter((line) => line !== '' && !lintExceptions.some((known) => known === line))).toEqual(
      [],
    );
  });
});

/** The numbers that the engine gives of a container for a family; none when it does not run. */
function numbersOf(family: string, view: ContainerView): Numbers {
  const isUsing = view.listed.State === 'running' || view.listed.State === 'paused';
  return isUsing ? (engineNumbers[family]?.(view.stats) ?? none) : none;
}

function expectedSeries(seen: Observation, family: string): string[] {
  return stableContainers(seen).flatMap(({ before }) => [...numbersOf(family, before).keys()]);
}

function expectAgreement(
  container: string,
  family: string,
  samples: readonly Sample[],
  before: Numbers,
  after: Numbers,
): void {
  for (const [key, low] of before) {
    const high = after.get(key);
    if (high === undefined) continue;
    const found = samples.find(({ labels }) => key === '' || labels['interface'] === key || labels['device'] === key);
    const where = `${family} ${key} of ${container}`;
    expect(found, where).toBeDefined();
    const slack = isExact(container, family, low, high) ? 1e-6 : 4 * Math.abs(high - low) + 2 ** 24;
    expect(found?.value, where).toBeGreaterThanOrEqual(Math.min(low, high) - slack);
    expect(found?.value, where).toBeLessThanOrEqual(Math.max(low, high) + slack);
  }
  if (before.size === 0 && after.size === 0) expect(samples, `${family} where the engine says nothing`).toEqual([]);
}

/** Counters only grow; the gauge of a busy container may have been anywhere meanwhile, and is only asked to be near. */
function isExact(container: string, family: string, low: number, high: number): boolean {
  if (family.endsWith('_total')) return true;
  return low === high && (family.endsWith('_limit_bytes') || idleZooNames.some((name) => name === container));
}
