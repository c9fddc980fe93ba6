import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { removeContainers, runContainer } from '../support/containers.ts';
import { describeEngines } from '../support/engine-suite.ts';
import type { EngineInspect } from '../support/engine-answers.ts';
import type { Sample } from '../support/exposition.ts';
import { waitFor } from '../support/wait-for.ts';

/** What changes is seen in the very next scrape, without a word from the tests in between. */
describeEngines('changes', {}, (suite) => {
  const infoOf = async (container: string): Promise<Sample['labels'] | undefined> => {
    const { exposition } = await suite.tallyman.scrape();
    return exposition.find('container_info', { container_name: container })[0]?.labels;
  };
  const valueOf = async (family: string, container: string): Promise<number | undefined> =>
    (await suite.tallyman.scrape()).exposition.value(family, { container_name: container });

  it('sees a container start, stop, start again and go', async () => {
    await runContainer(suite.engine, 'worker');
    const first = await infoOf('worker');
    expect(first?.['status']).toBe('running');
    expect(await valueOf('container_memory_usage_bytes', 'worker')).toBeGreaterThan(0);

    await suite.engine.docker('stop', 'worker');
    const { exposition } = await suite.tallyman.scrape();
    expect(exposition.find('container_info', { container_name: 'worker', status: 'exited' })).toHaveLength(1);
    expect(exposition.value('container_exit_code', { container_name: 'worker' })).toBe(137);
    expect(exposition.value('container_memory_usage_bytes', { container_name: 'worker' })).toBeUndefined();
    expect(exposition.value('container_uptime_seconds', { container_name: 'worker' })).toBeUndefined();

    await suite.engine.docker('start', 'worker');
    const again = await infoOf('worker');
    expect(again?.['status']).toBe('running');
    expect(Date.parse(again?.['started_at'] ?? '')).toBeGreaterThan(Date.parse(first?.['started_at'] ?? ''));
    expect(await valueOf('container_exit_code', 'worker')).toBe(0);

    await removeContainers(suite.engine, 'worker');
    expect(await infoOf('worker')).toBeUndefined();
  });

  it('sees a restart', async () => {
    await runContainer(suite.engine, 'restarted');
    const before = await valueOf('container_start_time_seconds', 'restarted');
    await suite.engine.docker('restart', 'restarted');
    expect(await valueOf('container_start_time_seconds', 'restarted')).toBeGreaterThan(before ?? Infinity);
    await removeContainers(suite.engine, 'restarted');
  });

  it('sees a new name, and the old one no more', async () => {
    await runContainer(suite.engine, 'before');
    expect(await infoOf('before')).toBeDefined();
    await suite.engine.docker('rename', 'before', 'after');
    const { exposition } = await suite.tallyman.scrape();
    expect(exposition.find('container_info', { container_name: 'after' })).toHaveLength(1);
    expect(exposition.value('container_memory_usage_bytes', { container_name: 'after' })).toBeDefined();
    for (const { samples } of exposition.families.values()) {
      for (const { labels } of samples) expect(labels['container_name']).not.toBe('before');
    }
    await removeContainers(suite.engine, 'after');
  });

  it('sees a pause and its end', async () => {
    await runContainer(suite.engine, 'pausing');
    await suite.engine.docker('pause', 'pausing');
    const { exposition } = await suite.tallyman.scrape();
    expect(exposition.find('container_info', { container_name: 'pausing', status: 'paused' })).toHaveLength(1);
    expect(exposition.value('docker_containers_total', { state: 'paused' })).toBe(1);
    expect(exposition.value('container_uptime_seconds', { container_name: 'pausing' })).toBeUndefined();
    await suite.engine.docker('unpause', 'pausing');
    expect((await infoOf('pausing'))?.['status']).toBe('running');
    expect(await valueOf('container_uptime_seconds', 'pausing')).toBeGreaterThan(0);
    await removeContainers(suite.engine, 'pausing');
  });

  it('sees health turn', async () => {
    const flags = ['--health-cmd', 'test ! -e /tmp/ill', '--health-interval', '1s', '--health-retries', '1'];
    await runContainer(suite.engine, 'patient', { flags });
    const untilEngineSays = (status: string): Promise<boolean> =>
      waitFor(`the engine to say ${status}`, async () => {
        const { State } = (await suite.engine.api('/containers/patient/json')) as EngineInspect;
        return State.Health?.Status === status;
      });
    await untilEngineSays('healthy');
    expect(await valueOf('container_health_status', 'patient')).toBe(2);
    await suite.engine.docker('exec', 'patient', 'touch', '/tmp/ill');
    await untilEngineSays('unhealthy');
    expect(await valueOf('container_health_status', 'patient')).toBe(3);
    expect((await infoOf('patient'))?.['health_status']).toBe('unhealthy');
    await removeContainers(suite.engine, 'patient');
  });

  it('sees a new limit', async () => {
    await runContainer(suite.engine, 'limited', { flags: ['--memory', '64m', '--pids-limit', '50'] });
    expect(await valueOf('container_pids_limit', 'limited')).toBe(50);
    await suite.engine.docker('update', '--memory', '32m', '--memory-swap', '64m', '--pids-limit', '20', 'limited');
    expect(await valueOf('container_memory_limit_bytes', 'limited')).toBe(32 * 1024 ** 2);
    expect(await valueOf('container_pids_limit', 'limited')).toBe(20);
    await removeContainers(suite.engine, 'limited');
  });

  it('takes containers that come and go during scrapes as no error', async () => {
    const over = new AbortController();
    const comingAndGoing = [1, 2].map(async (index) => {
      const name = `brief-${String(index)}`;
      while (!over.signal.aborted) {
        await runContainer(suite.engine, name);
        await removeContainers(suite.engine, name);
      }
    });
    for (let count = 0; count < 15; count += 1) {
      const { exposition } = await suite.tallyman.scrape();
      expect(exposition.value('exporter_up')).toBe(1);
      for (const { value } of exposition.find('container_memory_usage_bytes')) expect(value).toBeGreaterThan(0);
      for (const { value } of exposition.find('container_memory_limit_bytes')) expect(value).toBeGreaterThan(0);
    }
    over.abort();
    await Promise.all(comingAndGoing);
    await expectNoError();
  });

  it('takes a container that goes while its usage is read as no error', async () => {
    for (let count = 0; count < 5; count += 1) {
      await runContainer(suite.engine, 'going');
      // 20.10 keeps a reader waiting for up to a second, and then answers with nothing at all
      const scrape = suite.tallyman.scrape();
      await sleep(50);
      await removeContainers(suite.engine, 'going');
      for (const { value } of (await scrape).exposition.find('container_memory_limit_bytes')) {
        expect(value).toBeGreaterThan(0);
      }
    }
    await expectNoError();
  });

  const expectNoError = async (): Promise<void> => {
    expect(suite.tallyman.logs().filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
    const { exposition } = await suite.tallyman.scrape();
    expect(exposition.find('exporter_scrape_errors_total').filter(({ value }) => value !== 0)).toEqual([]);
  };
});
