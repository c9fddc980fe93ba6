import { beforeAll, describe, expect, it } from 'vitest';
import { containerFamilies, healthNumbers } from '../support/contract.ts';
import { hostileLabel, zooNames, type ZooName } from '../support/container-zoo.ts';
import { describeEngines } from '../support/engine-suite.ts';
import { waitFor } from '../support/wait-for.ts';
import { observe, stableContainers, type Observation } from './engine-view.ts';

const states = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'];
const namesOf = (when: string): string[] =>
  containerFamilies.filter((family) => family.when === when).map(({ name }) => name);

describeEngines('states', { zoo: true }, (suite) => {
  let seen: Observation;
  beforeAll(async () => {
    await suite.tallyman.scrape();
    // until the restarting container held still: the engine waits twice as long each time before it tries again
    seen = await waitFor('a restarting container', async () => {
      const observation = await observe(suite.engine, suite.tallyman);
      return stableContainers(observation).some(({ before }) => before.listed.State === 'restarting') && observation;
    });
  });
  /** The values of a family for one container. */
  const valuesOf = (family: string, container: string): number[] =>
    seen.scrape.exposition.find(family, { container_name: container }).map(({ value }) => value);

  it('knows every container, and tells who it is', () => {
    const infos = seen.scrape.exposition.find('container_info');
    expect(infos).toHaveLength(zooNames.length);
    expect(new Set(infos.map(({ labels }) => labels['container_name']))).toEqual(new Set(zooNames));
    for (const { name, before, after } of stableContainers(seen)) {
      const { State, Id } = before.inspect;
      const [info] = seen.scrape.exposition.find('container_info', { container_name: name });
      expect(info).toMatchObject({
        value: 1,
        labels: {
          compose_project: before.listed.Labels['com.docker.compose.project'] ?? '',
          compose_service: before.listed.Labels['com.docker.compose.service'] ?? '',
          image: before.listed.Image,
          container_id: Id.slice(0, 12),
          status: after.listed.State,
          health_status: State.Health?.Status ?? 'none',
        },
      });
      const startedAt = info?.labels['started_at'] ?? '';
      if (State.StartedAt.startsWith('0001-')) expect(startedAt).toBe('');
      else expect(Date.parse(startedAt)).toBe(Date.parse(State.StartedAt));
    }
  });

  it('prints label values as they are', () => {
    const labels = { container_name: 'hostile', compose_project: 'shop', compose_service: hostileLabel };
    expect(seen.scrape.exposition.find('container_last_seen', labels)).toHaveLength(1);
    expect(seen.scrape.exposition.find('container_memory_usage_bytes', labels)).toHaveLength(1);
  });

  it('names an untagged image as the list does', () => {
    const [info] = seen.scrape.exposition.find('container_info', { container_name: 'untagged' });
    expect(info?.labels['image']).toMatch(/^(sha256:)?[0-9a-f]{12,64}$/);
  });

  it('has the numbers of each state from the engine', () => {
    for (const { name, before } of stableContainers(seen)) {
      const { State, RestartCount } = before.inspect;
      expect(valuesOf('container_exit_code', name), name).toEqual([State.ExitCode]);
      expect(valuesOf('container_restart_count', name), name).toEqual([RestartCount]);
      expect(valuesOf('container_oom_killed', name), name).toEqual([State.OOMKilled ? 1 : 0]);
      const health = (State.Health?.Status ?? 'none') as keyof typeof healthNumbers;
      expect(valuesOf('container_health_status', name), name).toEqual([healthNumbers[health]]);
    }
    expect(valuesOf('container_exit_code', 'exited-3')).toEqual([3]);
    expect(valuesOf('container_exit_code', 'oom-killed')).toEqual([137]);
    expect(valuesOf('container_restart_count', 'on-failure')).toEqual([2]);
    expect(valuesOf('container_health_status', 'unhealthy')).toEqual([3]);
  });

  it('has the times of each state', () => {
    const [earliest, latest] = [seen.before.answeredAt / 1000, seen.after.askedAt / 1000];
    for (const { name, before } of stableContainers(seen)) {
      const [lastSeen] = valuesOf('container_last_seen', name);
      expect(lastSeen, name).toBeGreaterThanOrEqual(earliest - 0.001);
      expect(lastSeen, name).toBeLessThanOrEqual(latest + 0.001);
      const startedAt = Date.parse(before.inspect.State.StartedAt) / 1000;
      const [startTime] = valuesOf('container_start_time_seconds', name);
      if (startedAt < 0) expect(startTime).toBeUndefined();
      else expect(startTime, name).toBeCloseTo(startedAt, 2);
      const [uptime] = valuesOf('container_uptime_seconds', name);
      if (before.listed.State !== 'running') expect(uptime, name).toBeUndefined();
      else {
        expect(uptime, name).toBeGreaterThanOrEqual(earliest - startedAt - 0.01);
        expect(uptime, name).toBeLessThanOrEqual(latest - startedAt + 0.01);
      }
    }
  });

  it('has one state of all that there are', () => {
    for (const { name, before } of stableContainers(seen)) {
      const samples = seen.scrape.exposition.find('container_state', { container_name: name });
      expect(Object.fromEntries(samples.map(({ labels, value }) => [labels['state'], value])), name).toEqual(
        Object.fromEntries(states.map((state) => [state, state === before.listed.State ? 1 : 0])),
      );
    }
  });

  describe.each(['exited-0', 'exited-3', 'oom-killed', 'on-failure', 'created'] as const)('%s', (name: ZooName) => {
    it.each([...namesOf('running'), ...namesOf('up')])('has no %s', (family) => {
      expect(valuesOf(family, name)).toEqual([]);
    });
  });

  it('invents nothing for a restarting container', () => {
    const restarting = stableContainers(seen).filter(({ before }) => before.listed.State === 'restarting');
    expect(restarting).not.toHaveLength(0);
    for (const { name } of restarting) {
      for (const family of [...namesOf('running'), ...namesOf('up')])
        expect(valuesOf(family, name), family).toEqual([]);
    }
  });

  it('shows what a paused container holds, but no uptime', () => {
    expect(valuesOf('container_memory_usage_bytes', 'paused')).toHaveLength(1);
    expect(valuesOf('container_cpu_usage_seconds_total', 'paused')).toHaveLength(1);
    expect(valuesOf('container_start_time_seconds', 'paused')).toHaveLength(1);
    expect(valuesOf('container_uptime_seconds', 'paused')).toEqual([]);
  });

  it('shows each interface, and none where there is no network of its own', () => {
    const interfacesOf = (name: ZooName): Set<string | undefined> =>
      new Set(
        seen.scrape.exposition
          .find('container_network_receive_bytes_total', { container_name: name })
          .map(({ labels }) => labels['interface']),
      );
    expect(interfacesOf('two-networks')).toEqual(new Set(['eth0', 'eth1']));
    expect(interfacesOf('server')).toEqual(new Set(['eth0']));
    expect(interfacesOf('host-network')).toEqual(new Set());
    expect(interfacesOf('no-network')).toEqual(new Set());
  });

  it('counts containers by state as the engine does', () => {
    const keys = { running: 'ContainersRunning', paused: 'ContainersPaused', stopped: 'ContainersStopped' } as const;
    const counts = Object.entries(keys).map(([state, key]) => {
      const value = seen.scrape.exposition.value('docker_containers_total', { state });
      // one container comes and goes
      const [before, after] = [seen.before.info[key], seen.after.info[key]];
      expect(value, state).toBeGreaterThanOrEqual(Math.min(before, after) - 1);
      expect(value, state).toBeLessThanOrEqual(Math.max(before, after) + 1);
      return value ?? 0;
    });
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(zooNames.length);
    expect(seen.scrape.exposition.value('docker_containers_total', { state: 'paused' })).toBe(1);
  });
});
