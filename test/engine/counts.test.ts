import { expect, it } from 'vitest';
import { removeContainers, runContainer } from '../support/containers.ts';
import { describeEngines } from '../support/engine-suite.ts';
import { waitFor } from '../support/wait-for.ts';

const families = ['docker_images_total', 'docker_volumes_total', 'docker_networks_total'] as const;
type Counts = Record<(typeof families)[number], number>;

describeEngines('counts', {}, (suite) => {
  const engineCounts = async (): Promise<Counts> => {
    const images = (await suite.engine.api('/images/json')) as unknown[];
    const { Volumes } = (await suite.engine.api('/volumes')) as { Volumes: unknown[] | null };
    const networks = (await suite.engine.api('/networks')) as unknown[];
    return {
      docker_images_total: images.length,
      docker_volumes_total: Volumes?.length ?? 0,
      docker_networks_total: networks.length,
    };
  };
  const scrapedCounts = async (): Promise<Record<string, number | undefined>> => {
    const { exposition } = await suite.tallyman.scrape();
    return Object.fromEntries(families.map((family) => [family, exposition.value(family)]));
  };
  /** The news of a change may be on its way still when the scrape begins: two scrapes at the most, then it counts. */
  const expectCounts = async (expected: Counts): Promise<void> => {
    expect(await engineCounts()).toEqual(expected);
    if (JSON.stringify(await scrapedCounts()) !== JSON.stringify(expected))
      expect(await scrapedCounts()).toEqual(expected);
  };

  it('follows images, volumes and networks', async () => {
    const start = await engineCounts();
    expect(start).toEqual({ docker_images_total: 1, docker_volumes_total: 0, docker_networks_total: 3 });
    await expectCounts(start);
    await suite.engine.docker('volume', 'create', 'one');
    await expectCounts({ ...start, docker_volumes_total: 1 });
    await suite.engine.docker('network', 'create', 'one');
    await expectCounts({ ...start, docker_volumes_total: 1, docker_networks_total: 4 });
    await suite.engine.docker('volume', 'rm', 'one');
    await suite.engine.docker('network', 'rm', 'one');
    await expectCounts(start);
  });

  it('counts an image with two names once', async () => {
    const start = await engineCounts();
    await suite.engine.docker('tag', 'bb:1', 'bb:2');
    await expectCounts(start);
    await suite.engine.docker('rmi', 'bb:2');
    await expectCounts(start);
  });

  it('counts an image that a commit made, until it is removed', async () => {
    const start = await engineCounts();
    await runContainer(suite.engine, 'origin');
    await suite.engine.docker('commit', 'origin', 'committed:1');
    await expectCounts({ ...start, docker_images_total: start.docker_images_total + 1 });
    await suite.engine.docker('rmi', 'committed:1');
    await removeContainers(suite.engine, 'origin');
    await expectCounts(start);
  });

  it('counts a volume that came and went with its container', async () => {
    const start = await engineCounts();
    await runContainer(suite.engine, 'owner', { flags: ['--volume', '/data'] });
    await expectCounts({ ...start, docker_volumes_total: start.docker_volumes_total + 1 });
    await removeContainers(suite.engine, 'owner');
    await expectCounts(start);
  });

  it('counts containers by state', async () => {
    const containers = async (): Promise<unknown> => {
      const { exposition } = await suite.tallyman.scrape();
      return Object.fromEntries(
        exposition.find('docker_containers_total').map(({ labels, value }) => [labels['state'], value]),
      );
    };
    expect(await containers()).toEqual({ running: 0, paused: 0, stopped: 0 });
    await runContainer(suite.engine, 'running');
    await runContainer(suite.engine, 'paused');
    await suite.engine.docker('pause', 'paused');
    await runContainer(suite.engine, 'stopped', { script: 'exit 0' });
    await waitFor(
      'its end',
      async () => (await suite.engine.docker('ps', '--quiet', '--filter', 'name=stopped')) === '',
    );
    expect(await containers()).toEqual({ running: 1, paused: 1, stopped: 1 });
    await removeContainers(suite.engine, 'running', 'paused', 'stopped');
    expect(await containers()).toEqual({ running: 0, paused: 0, stopped: 0 });
  });
});
