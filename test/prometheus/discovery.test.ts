import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importBusybox } from '../support/busybox-image.ts';
import { removeContainers, runContainer } from '../support/containers.ts';
import { startEngine, type PrivateEngine } from '../support/private-engine.ts';
import { startPrometheus, type PrometheusProcess } from '../support/prometheus-process.ts';
import { hasRequirements } from '../support/requirements.ts';
import { startTallyman, type TallymanProcess } from '../support/tallyman-process.ts';
import { waitFor } from '../support/wait-for.ts';

const network = 'discovery';
const bridge = 'tlm-sd0';
const serve = (metric: string, port: number): string =>
  `mkdir -p /www; echo '${metric} 42' > /www/numbers; exec httpd -f -p ${String(port)} -h /www`;
const wanted = ['--label', 'prometheus.io/scrape=true', '--label', 'prometheus.io/path=/numbers'];

describe.skipIf(!hasRequirements('20.10', 'prometheus'))('service discovery by a real Prometheus', () => {
  let engine: PrivateEngine;
  let tallyman: TallymanProcess;
  let prometheus: PrometheusProcess | undefined;

  beforeAll(async () => {
    // On the machine's network, so that Prometheus can reach the containers' addresses.
    engine = await startEngine({ version: '20.10', onMachineNetwork: true });
    await importBusybox(engine, 'bb:1');
    const subnet = ['--subnet', '10.214.77.0/24', '--opt', `com.docker.network.bridge.name=${bridge}`];
    await engine.docker('network', 'create', ...subnet, network);
    const flags = ['--network', network];
    await runContainer(engine, 'found', {
      flags: [...flags, ...wanted, '--label', 'prometheus.io/port=8081'],
      script: serve('found_by_label', 8081),
    });
    await runContainer(engine, 'exposed', {
      flags: [...flags, ...wanted, '--expose', '8082'],
      script: serve('found_by_exposed_port', 8082),
    });
    await runContainer(engine, 'silent', { flags, script: serve('not_asked_for', 8083) });
    tallyman = await startTallyman({ env: { DOCKER_HOST: engine.host } });
    prometheus = await startPrometheus([
      { job_name: 'containers', http_sd_configs: [{ url: `${tallyman.url}/api/v1/sd`, refresh_interval: '1s' }] },
    ]);
  });

  afterAll(async () => {
    await prometheus?.stop();
    await tallyman?.stop();
    // The bridge is the machine's: it has to go before the engine does.
    await removeContainers(engine, 'found', 'exposed', 'silent').catch(() => undefined);
    await engine?.docker('network', 'rm', network).catch(() => undefined);
    engine?.stop();
  });

  it('scrapes the containers that ask for it, with their labels', async () => {
    const one = async (metric: string): Promise<Record<string, string> | undefined> => {
      const [found] = (await prometheus?.query(metric)) ?? [];
      return found?.value === 42 ? found.labels : undefined;
    };
    const byLabel = await waitFor('the container with a port label', () => one('found_by_label'));
    expect(byLabel).toMatchObject({ job: 'containers', container_name: 'found', image: 'bb:1' });
    const byPort = await waitFor('the container with an exposed port', () => one('found_by_exposed_port'));
    expect(byPort).toMatchObject({
      container_name: 'exposed',
      instance: expect.stringMatching(/^10\.214\.77\.\d+:8082$/),
    });
    expect((await prometheus?.targets())?.map(({ health }) => health)).toEqual(['up', 'up']);
  });

  it('drops the target of a container that was stopped', async () => {
    await engine.docker('stop', '--time', '0', 'found');
    await waitFor('the target to go', async () => (await prometheus?.targets())?.length === 1);
    expect((await tallyman.get('/api/v1/sd')).text).not.toContain('8081');
  });
});
