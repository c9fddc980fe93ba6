import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importBusybox } from '../support/busybox-image.ts';
import { createCertificates, type Certificates } from '../support/certificates.ts';
import { runContainer } from '../support/containers.ts';
import { describeEngines } from '../support/engine-suite.ts';
import { engineVersions } from '../support/engine-versions.ts';
import { findFreePort } from '../support/free-port.ts';
import { startEngineProxy, type EngineProxy } from '../support/haproxy-process.ts';
import { startEngine, type PrivateEngine } from '../support/private-engine.ts';
import { hasRequirements } from '../support/requirements.ts';
import { startTallyman } from '../support/tallyman-process.ts';
import { createTempFolder } from '../support/temp-folder.ts';

/** Scrapes once with a tallyman of that environment; gives exporter_up and what it wrote to its log. */
async function scrapeOnce(
  env: Record<string, string>,
): Promise<{ up: number | undefined; names: unknown[]; log: string }> {
  await using tallyman = await startTallyman({ env });
  const { exposition } = await tallyman.scrape();
  return {
    up: exposition.value('exporter_up'),
    names: exposition.find('container_memory_usage_bytes').map(({ labels }) => labels['container_name']),
    log: JSON.stringify(tallyman.logs()),
  };
}

describeEngines('an engine behind a TCP port', { requirements: ['haproxy'] }, (suite) => {
  let proxy: EngineProxy;
  beforeAll(async () => {
    await runContainer(suite.engine, 'far');
    proxy = await startEngineProxy({ socketPath: suite.engine.socketPath, listen: 'tcp' });
  });
  afterAll(() => proxy.stop());

  it('is read by DOCKER_HOST=tcp://', async () => {
    expect(await scrapeOnce({ DOCKER_HOST: proxy.host })).toMatchObject({ up: 1, names: ['far'] });
  });

  it('is read with a pinned API version', async () => {
    const allow = ['/v1[.]41/.*', '/_ping'];
    const strict = await startEngineProxy({ socketPath: suite.engine.socketPath, allow });
    try {
      expect(await scrapeOnce({ DOCKER_HOST: strict.host, DOCKER_API_VERSION: '1.41' })).toMatchObject({
        up: 1,
        names: ['far'],
      });
    } finally {
      await strict.stop();
    }
  });

  it('is not up with a pinned API version that the engine does not know, and the log says why', async () => {
    const { up, log } = await scrapeOnce({ DOCKER_HOST: proxy.host, DOCKER_API_VERSION: '1.99' });
    expect(up).toBe(0);
    expect(log).toMatch(/1\.99/);
  });
});

for (const version of engineVersions) {
  describe.skipIf(!hasRequirements(version, 'openssl'))(`an engine behind TLS: Docker ${version}`, () => {
    const folder = createTempFolder();
    let certificates: Certificates;
    let engine: PrivateEngine | undefined;
    let env: Record<string, string>;

    beforeAll(async () => {
      certificates = await createCertificates(folder.path);
      const address = `tcp://127.0.0.1:${String(await findFreePort())}`;
      const { ca, server } = certificates;
      const args = [
        '--host',
        address,
        '--tlsverify',
        '--tlscacert',
        ca,
        '--tlscert',
        server.cert,
        '--tlskey',
        server.key,
      ];
      engine = await startEngine({ version, onMachineNetwork: true, args });
      await importBusybox(engine, 'bb:1');
      await runContainer(engine, 'far', { flags: ['--network', 'none'] });
      env = { DOCKER_HOST: address, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: folder.path };
    });
    afterAll(() => {
      engine?.stop();
      folder.remove();
    });

    it('is read with the client certificate of DOCKER_CERT_PATH', async () => {
      expect(await scrapeOnce(env)).toMatchObject({ up: 1, names: ['far'] });
    });

    it('is read with the certificates of the configuration file', async () => {
      const { ca, client } = certificates;
      const config = `docker:\n  host: ${String(env['DOCKER_HOST'])}\n  tls: {enabled: true, verify: true, ca_cert: ${ca}, cert: ${client.cert}, key: ${client.key}}\n`;
      await using tallyman = await startTallyman({ config });
      expect((await tallyman.scrape()).exposition.value('exporter_up')).toBe(1);
    });

    it('is not up with a certificate that the engine does not know', async () => {
      const { ca, stranger } = certificates;
      const config = `docker:\n  host: ${String(env['DOCKER_HOST'])}\n  tls: {enabled: true, verify: true, ca_cert: ${ca}, cert: ${stranger.cert}, key: ${stranger.key}}\n`;
      await using tallyman = await startTallyman({ config });
      expect((await tallyman.scrape()).exposition.value('exporter_up')).toBe(0);
    });

    it('is not up when the engine is signed by nobody it trusts', async () => {
      const { client, stranger } = certificates;
      const config = `docker:\n  host: ${String(env['DOCKER_HOST'])}\n  tls: {enabled: true, verify: true, ca_cert: ${stranger.cert}, cert: ${client.cert}, key: ${client.key}}\n`;
      await using tallyman = await startTallyman({ config });
      expect((await tallyman.scrape()).exposition.value('exporter_up')).toBe(0);
    });
  });
}
