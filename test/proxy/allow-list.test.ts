import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importBusybox } from '../support/busybox-image.ts';
import { runContainer } from '../support/containers.ts';
import { containerFamilies } from '../support/contract.ts';
import { engineVersions } from '../support/engine-versions.ts';
import { startEngineProxy, versionedPath, type EngineProxy } from '../support/haproxy-process.ts';
import { startEngine, type PrivateEngine } from '../support/private-engine.ts';
import { hasRequirements } from '../support/requirements.ts';
import { startTallyman, type Scrape, type TallymanProcess } from '../support/tallyman-process.ts';

const alwaysRefused = ['ping', 'version', 'events', 'images', 'volumes', 'networks'] as const;
const containers = versionedPath('/containers/.*');

/** What the kernel does not count here, the engine does not say, with or without a proxy. */
const dependsOnKernel = /^container_(fs_|memory_failcnt|memory_swap)/;

describe.each(engineVersions)('a socket proxy in front of Docker %s', (version) => {
  describe.skipIf(!hasRequirements(version, 'haproxy')).each([
    ['containers and info', [containers, versionedPath('/info')]],
    ['containers alone', [containers]],
  ])('that allows %s', (_, allow) => {
    let engine: PrivateEngine | undefined;
    let proxy: EngineProxy | undefined;
    let tallyman: TallymanProcess | undefined;
    let scrapes: Scrape[];

    beforeAll(async () => {
      engine = await startEngine({ version });
      await importBusybox(engine, 'bb:1');
      await runContainer(engine, 'seen', { flags: ['--health-cmd', 'true', '--health-interval', '1h'] });
      await runContainer(engine, 'ended', { script: 'exit 3' });
      await engine.docker('wait', 'ended');
      proxy = await startEngineProxy({ socketPath: engine.socketPath, allow });
      tallyman = await startTallyman({ env: { DOCKER_HOST: proxy.host } });
      scrapes = [];
      for (let count = 0; count < 5; count += 1) scrapes.push(await tallyman.scrape());
    });
    afterAll(async () => {
      await tallyman?.stop();
      await proxy?.stop();
      engine?.stop();
    });

    it('is up at every scrape, and counts no error', () => {
      for (const { exposition } of scrapes) {
        expect(exposition.value('exporter_up')).toBe(1);
        expect(exposition.find('exporter_scrape_errors_total').filter(({ value }) => value !== 0)).toEqual([]);
      }
    });

    it('has everything about containers', () => {
      for (const { exposition } of scrapes) {
        for (const { name } of containerFamilies.filter((family) => !dependsOnKernel.test(family.name))) {
          expect(exposition.find(name, { container_name: 'seen' }), name).not.toHaveLength(0);
        }
        expect(exposition.value('container_exit_code', { container_name: 'ended' })).toBe(3);
        expect(exposition.value('docker_containers_total', { state: 'running' })).toBe(1);
        expect(exposition.value('docker_containers_total', { state: 'stopped' })).toBe(1);
      }
    });

    it('has no number that it could not ask for', () => {
      for (const { exposition } of scrapes) {
        for (const name of ['docker_images_total', 'docker_volumes_total', 'docker_networks_total']) {
          expect(exposition.families.get(name)?.samples ?? [], name).toEqual([]);
        }
      }
    });

    it('shows what is refused', () => {
      const refused = scrapes.at(-1)?.exposition.find('exporter_engine_call_refused') ?? [];
      const calls = refused.filter(({ value }) => value === 1).map(({ labels }) => labels['call']);
      expect(new Set(calls)).toEqual(new Set(alwaysRefused));
    });

    it('says each refusal once in the log', () => {
      const warnings = tallyman?.logs().filter(({ level }) => level === 'warn' || level === 'error') ?? [];
      expect(warnings).toHaveLength(alwaysRefused.length);
      expect(new Set(warnings.map(({ call }) => call))).toEqual(new Set(alwaysRefused));
    });

    it('sees a container stop without being told', async () => {
      await engine?.docker('stop', 'seen');
      const exposition = (await tallyman?.scrape())?.exposition;
      expect(exposition?.find('container_info', { container_name: 'seen', status: 'exited' })).toHaveLength(1);
      expect(exposition?.value('container_exit_code', { container_name: 'seen' })).toBe(137);
      expect(exposition?.value('container_memory_usage_bytes', { container_name: 'seen' })).toBeUndefined();
      await engine?.docker('start', 'seen');
      const again = (await tallyman?.scrape())?.exposition;
      expect(again?.value('container_exit_code', { container_name: 'seen' })).toBe(0);
      expect(again?.value('container_memory_usage_bytes', { container_name: 'seen' })).toBeGreaterThan(0);
    });
  });
});
