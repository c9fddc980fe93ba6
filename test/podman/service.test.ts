import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineContainer, EngineInspect, EngineStats } from '../support/engine-answers.ts';
import type { Exposition } from '../support/exposition.ts';
import { startPodmanService, type PodmanService } from '../support/podman-service.ts';
import { hasRequirements } from '../support/requirements.ts';
import { startTallyman, type TallymanProcess } from '../support/tallyman-process.ts';

const labels = ['--label', 'com.docker.compose.project=shop', '--label', 'com.docker.compose.service=web'];

/**
 * Podman 4.3 of Debian 12. What is other than with Docker, as seen: statistics of a container that does not run are an
 * empty answer; there is no memory_stats.stats, so no cache, rss and swap; a container without a health check has an
 * empty health status; the interface is called `network`, and is there for host and no network too.
 */
describe.skipIf(!hasRequirements('podman'))('Podman’s Docker-compatible socket', () => {
  let podman: PodmanService | undefined;
  let tallyman: TallymanProcess | undefined;
  let exposition: Exposition;
  const api = (path: string): Promise<unknown> => podman?.api(path) ?? Promise.reject(new Error('not started'));

  beforeAll(async () => {
    podman = await startPodmanService();
    const sleeper = ['bb:1', 'sh', '-c', 'i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; exec sleep 100000'];
    await podman.podman(
      'run',
      '--detach',
      '--name',
      'running',
      '--network',
      'host',
      '--memory',
      '64m',
      ...labels,
      ...sleeper,
    );
    await podman.podman('run', '--detach', '--name', 'ended', '--network', 'none', 'bb:1', 'sh', '-c', 'exit 3');
    await podman.podman('wait', 'ended');
    await podman.podman('create', '--name', 'created', '--network', 'none', 'bb:1', 'true');
    tallyman = await startTallyman({ env: { DOCKER_HOST: podman.host } });
    await tallyman.scrape();
    ({ exposition } = await tallyman.scrape());
  });
  afterAll(async () => {
    await tallyman?.stop();
    podman?.stop();
  });

  it('is up, and counts no error', () => {
    expect(exposition.value('exporter_up')).toBe(1);
    expect(exposition.find('exporter_scrape_errors_total').filter(({ value }) => value !== 0)).toEqual([]);
    expect(tallyman?.logs().filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
  });

  it('tells who the containers are', async () => {
    const list = (await api('/containers/json?all=1')) as EngineContainer[];
    expect(list).toHaveLength(3);
    for (const { Id, Names, Image, State, Labels } of list) {
      const [info] = exposition.find('container_info', { container_id: Id.slice(0, 12) });
      expect(info?.labels).toMatchObject({
        container_name: Names[0]?.slice(1),
        image: Image,
        status: State,
        health_status: 'none',
        compose_project: Labels['com.docker.compose.project'] ?? '',
        compose_service: Labels['com.docker.compose.service'] ?? '',
      });
    }
    const { State } = (await api('/containers/running/json')) as EngineInspect;
    const [info] = exposition.find('container_info', { container_name: 'running' });
    expect(info?.labels).toMatchObject({ compose_project: 'shop', compose_service: 'web', status: 'running' });
    expect(Date.parse(info?.labels['started_at'] ?? '')).toBe(Date.parse(State.StartedAt));
    expect(exposition.find('container_info', { container_name: 'created' })[0]?.labels['started_at']).toBe('');
  });

  it('has the usage of a running container', async () => {
    const { memory_stats, cpu_stats, pids_stats } = (await api(
      '/containers/running/stats?stream=false',
    )) as EngineStats;
    const of = { container_name: 'running' };
    expect(exposition.value('container_memory_limit_bytes', of)).toBe(memory_stats.limit);
    expect(exposition.value('container_memory_usage_bytes', of)).toBeGreaterThan(0);
    expect(exposition.value('container_memory_working_set_bytes', of)).toBeGreaterThan(0);
    expect(exposition.value('container_pids_current', of)).toBe(pids_stats.current);
    const cpu = exposition.value('container_cpu_usage_seconds_total', of);
    expect(cpu).toBeGreaterThan(0);
    expect(cpu).toBeLessThanOrEqual(cpu_stats.cpu_usage.total_usage / 1e9);
    expect(exposition.value('container_uptime_seconds', of)).toBeGreaterThan(0);
  });

  it('invents no detail of memory', async () => {
    const { memory_stats } = (await api('/containers/running/stats?stream=false')) as EngineStats;
    if (memory_stats.stats !== undefined) return;
    for (const name of ['container_memory_cache_bytes', 'container_memory_rss_bytes', 'container_memory_swap_bytes']) {
      expect(exposition.find(name), name).toEqual([]);
    }
  });

  it('has the end of an ended container, and no usage', () => {
    for (const [name, exitCode] of [
      ['ended', 3],
      ['created', 0],
    ] as const) {
      const of = { container_name: name };
      expect(exposition.value('container_exit_code', of), name).toBe(exitCode);
      expect(exposition.value('container_health_status', of), name).toBe(0);
      expect(exposition.find('container_memory_usage_bytes', of), name).toEqual([]);
      expect(exposition.find('container_cpu_usage_seconds_total', of), name).toEqual([]);
      expect(exposition.find('container_network_receive_bytes_total', of), name).toEqual([]);
      expect(exposition.find('container_uptime_seconds', of), name).toEqual([]);
    }
    expect(exposition.find('container_start_time_seconds', { container_name: 'created' })).toEqual([]);
  });

  it('counts what there is', async () => {
    const images = (await api('/images/json')) as unknown[];
    const networks = (await api('/networks')) as unknown[];
    expect(exposition.value('docker_images_total')).toBe(images.length);
    expect(exposition.value('docker_networks_total')).toBe(networks.length);
    expect(exposition.value('docker_volumes_total')).toBe(0);
    for (const [state, count] of Object.entries({ running: 1, paused: 0, stopped: 2 })) {
      expect(exposition.value('docker_containers_total', { state }), state).toBe(count);
    }
  });

  it('sees changes in the next scrape', async () => {
    await podman?.podman('stop', '--time', '0', 'running');
    const stopped = await tallyman?.scrape();
    expect(stopped?.exposition.find('container_info', { container_name: 'running', status: 'exited' })).toHaveLength(1);
    expect(stopped?.exposition.find('container_memory_usage_bytes')).toEqual([]);
    await podman?.podman('start', 'running');
    const started = await tallyman?.scrape();
    expect(started?.exposition.find('container_info', { container_name: 'running', status: 'running' })).toHaveLength(
      1,
    );
    expect(started?.exposition.find('container_memory_usage_bytes')).toHaveLength(1);
  });
});
