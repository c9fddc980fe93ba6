import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hostileLabel } from '../support/container-zoo.ts';
import { removeContainers } from '../support/containers.ts';
import { engineVersions, type EngineVersion } from '../support/engine-versions.ts';
import { importBusybox } from '../support/busybox-image.ts';
import { hasRequirements } from '../support/requirements.ts';
import { waitFor } from '../support/wait-for.ts';
import { askDashboard, placeOf, type Answer, type Choices } from './asked-dashboard.ts';
import { loadDashboards } from './dashboard-files.ts';
import { almostBusy, busy, disk, startBusy, startObservedHosts, type ObservedHosts } from './observed-hosts.ts';

/** Those of containers; the supply chain's are asked in test/supply-chain. */
const boards = loadDashboards()
  .map(({ dashboard }) => dashboard)
  .filter(({ title }) => title?.startsWith('Docker: '));

for (const version of engineVersions) {
  describe.skipIf(!hasRequirements(version, 'prometheus'))(`what the dashboards show: Docker ${version}`, () => {
    defineTests(version);
  });
}

function defineTests(version: EngineVersion): void {
  let started: ObservedHosts | undefined;
  /** Every query's answers by what was chosen. */
  const asked = new Map<string, Answer[]>();

  const hosts = (): ObservedHosts => {
    if (started === undefined) throw new Error('not started');
    return started;
  };
  const askAll = async (choices: Choices): Promise<Answer[]> => {
    const answers = [];
    for (const dashboard of boards) answers.push(...(await askDashboard(hosts().prometheus, dashboard, choices)));
    return answers;
  };
  const answersOf = (choice: string): Answer[] => asked.get(choice) ?? [];

  beforeAll(async () => {
    started = await startObservedHosts(version);
    const { prometheus, real, recorded } = started;
    await started.populate();
    const ready = `container_memory_working_set_bytes{container_name="near-limit"} > 59 * 1048576
      and on () container_health_status{container_name="${busy}"} == 2
      and on () container_cpu_periods_total{container_name="throttled"} > 20
      and on () count_over_time(container_cpu_usage_seconds_total{container_name="near-limit"}[10s]) > 3`;
    await waitFor('all containers to be seen', async () => (await prometheus.query(ready)).length > 0);
    asked.set('all', await askAll({}));
    asked.set('all of the real host', await askAll({ host: [real] }));
    asked.set('all of the recorded host', await askAll({ host: [recorded] }));
    asked.set('busy', await askAll({ host: [real], project: ['shop'], service: ['web'], container: [busy] }));
    asked.set('disk', await askAll({ host: [recorded], project: ['recorded'], service: ['io'], container: [disk] }));
    asked.set(
      'hostile',
      await askAll({ host: [real], project: ['shop'], service: [hostileLabel], container: ['hostile'] }),
    );
    asked.set('two', await askAll({ host: [real], project: ['shop'], service: ['web'], container: [busy, 'compose'] }));
  });
  afterAll(async () => {
    await started?.stop();
  });

  test('no query fails, whatever is chosen', () => {
    const failed = [...asked].flatMap(([choice, answers]) =>
      answers
        .filter(({ error }) => error !== undefined)
        .map((answer) => `${choice}: ${placeOf(answer)}: ${String(answer.error)}`),
    );
    expect(failed).toEqual([]);
  });

  test('each query has an answer when all is chosen, and when one container is', () => {
    const of = (choices: readonly string[]): Set<string> =>
      new Set(
        choices
          .flatMap(answersOf)
          .filter(({ series }) => series.length > 0)
          .map(placeOf),
      );
    const all = of(['all', 'all of the real host', 'all of the recorded host']);
    const single = of(['busy', 'disk', 'hostile']);
    const places = [...new Set(answersOf('all').map(placeOf))];
    expect(places.filter((place) => !all.has(place))).toEqual([]);
    // What is wrong, by its very purpose, is not wrong with each container.
    const mustAnswer = answersOf('busy').filter(({ panel }) => panel.title !== 'Containers in trouble');
    expect(mustAnswer.map(placeOf).filter((place) => !single.has(place))).toEqual([]);
  });

  test('only panels that say why are ever empty', () => {
    const empty = [...asked].flatMap(([choice, answers]) => {
      const full = new Set(answers.filter(({ series }) => series.length > 0).map(({ panel }) => panel));
      return answers
        .filter(({ panel }) => !full.has(panel) && panel.fieldConfig?.defaults.noValue === undefined)
        .map((answer) => `${choice}: ${placeOf(answer)}`);
    });
    expect(empty).toEqual([]);
  });

  test('load shows, in the order of who uses most', () => {
    for (const title of ['CPU: top 10', 'Memory: top 10', 'Network: top 10', 'Disk: top 10']) {
      const [answer] = find('all', 'Docker: overview', title);
      expect(answer?.series.length, title).toBeLessThanOrEqual(10);
      expect(Math.max(...(answer?.series.map(({ value }) => value) ?? [])), title).toBeGreaterThan(0);
    }
    const cpu = find('all of the real host', 'Docker: overview', 'CPU: top 10')[0]?.series;
    const user = cpu?.toSorted((a, b) => b.value - a.value).map(({ labels }) => labels['container_name']);
    expect(user?.slice(0, 5)).toEqual(expect.arrayContaining(['limited', busy]));
  });

  test('the sick are listed, each for what it has', () => {
    const [failed, restarting, unhealthy, oomKilled, throttled, nearLimit] = find(
      'all of the real host',
      'Docker: overview',
      'Containers in trouble',
    ).map(({ series }) => series.map(({ labels }) => labels['container_name']));
    expect(failed).toEqual(expect.arrayContaining(['exited-3', 'on-failure']));
    expect(restarting).toEqual(expect.arrayContaining(['looping', 'restarting']));
    expect(unhealthy).toEqual(['unhealthy']);
    expect(oomKilled).toContain('oom-killed');
    expect(throttled).toContain('throttled');
    expect(nearLimit).toEqual(['near-limit']);
    for (const well of ['exited-0', 'healthy', 'compose', 'created', 'paused']) {
      expect([failed, restarting, unhealthy, oomKilled, throttled, nearLimit].flat(), well).not.toContain(well);
    }
    for (const title of ['Failed', 'Restarting', 'Unhealthy', 'OOM-killed', 'Throttled', 'Near the memory limit']) {
      expect(find('all of the real host', 'Docker: overview', title)[0]?.series[0]?.value, title).toBeGreaterThan(0);
    }
    expect(find('all', 'Docker: overview', 'Hosts out of sight')[0]?.series[0]?.value).toBe(0);
  });

  test('memory is measured against the limit only of those that have one', () => {
    const names = find('all of the real host', 'Docker: container', 'Memory, percent of its limit')[0]?.series.map(
      ({ labels }) => labels['container_name'],
    );
    expect(names?.toSorted()).toEqual(['limited', 'near-limit', 'oom-child', busy].toSorted());
    // The only one of its host that has a limit, and the only one that is chosen.
    const alone = find('busy', 'Docker: container', 'Memory, percent of its limit')[0]?.series;
    expect(alone).toHaveLength(1);
  });

  test('a chosen container is that one, whatever characters its name has', () => {
    const names = answersOf('busy').flatMap(({ series }) => series.map(({ labels }) => labels['container_name']));
    expect(new Set(names.filter((name) => name !== undefined))).toEqual(new Set([busy]));
    expect(names).not.toContain(almostBusy);
    const services = answersOf('hostile').flatMap(({ series }) =>
      series.map(({ labels }) => labels['compose_service']),
    );
    expect(new Set(services.filter((name) => name !== undefined))).toEqual(new Set([hostileLabel]));
  });

  test('a container made anew from another image goes on in the same line', async () => {
    const { engine, prometheus, real } = hosts();
    await removeContainers(engine, busy);
    await importBusybox(engine, 'bb:2');
    await startBusy(engine, 'bb:2');
    const isNew = `count_over_time(container_cpu_usage_seconds_total{container_name="${busy}", image="bb:2"}[10s]) > 1`;
    await waitFor('the new container to be seen', async () => (await prometheus.query(isNew)).length > 0);
    const old = await prometheus.query(
      `count_over_time(container_last_seen{container_name="${busy}", image="bb:1"}[20s])`,
    );
    expect(old).not.toEqual([]);
    const board = boards.find(({ uid }) => uid === 'tallyman-container');
    if (board === undefined) throw new Error('no dashboard of one container');
    const answers = await askDashboard(prometheus, board, { host: [real], container: [busy] });
    for (const answer of answers.filter(({ query }) => query.range === true)) {
      const lines = answer.series.map(({ labels }) => JSON.stringify(labels));
      expect(new Set(lines).size, placeOf(answer)).toBe(lines.length);
      const names = lines.filter((line) => !/interface|device/.test(line));
      expect(names.length, placeOf(answer)).toBeLessThanOrEqual(1);
    }
  });

  function find(choice: string, dashboard: string, title: string): Answer[] {
    const answers = answersOf(choice).filter(
      (answer) => answer.dashboard === dashboard && answer.panel.title === title,
    );
    if (answers.length === 0) throw new Error(`no panel ${title}`);
    return answers;
  }
}
