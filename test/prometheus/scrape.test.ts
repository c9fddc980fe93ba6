import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hash } from 'bcryptjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importBusybox } from '../support/busybox-image.ts';
import { createCertificates } from '../support/certificates.ts';
import { runContainer } from '../support/containers.ts';
import { startEngine, type PrivateEngine } from '../support/private-engine.ts';
import { startPrometheus, type PrometheusProcess } from '../support/prometheus-process.ts';
import { hasRequirements } from '../support/requirements.ts';
import { startTallyman, type TallymanProcess } from '../support/tallyman-process.ts';
import { createTempFolder } from '../support/temp-folder.ts';
import { waitFor } from '../support/wait-for.ts';

/** Jobs that shall work, and jobs with a wrong password or without one, which shall not. */
const goodJobs = ['plain', 'auth', 'tls', 'web-config'] as const;
const badJobs = ['wrong-password', 'no-password', 'no-tls'] as const;

const user = { username: 'prometheus', password: 'pass "word" ü' };

describe.skipIf(!hasRequirements('20.10', 'prometheus', 'openssl'))('a real Prometheus', () => {
  const folder = createTempFolder();
  const tallymen: TallymanProcess[] = [];
  let engine: PrivateEngine | undefined;
  let prometheus: PrometheusProcess;

  beforeAll(async () => {
    engine = await startEngine({ version: '20.10' });
    await importBusybox(engine, 'bb:1');
    await runContainer(engine, 'quiet');
    const { ca, server } = await createCertificates(folder.path);
    const env = { DOCKER_HOST: engine.host };
    const start = async (config?: string, args?: readonly string[]): Promise<string> => {
      const tallyman = await startTallyman({
        env,
        ...(config === undefined ? {} : { config }),
        ...(args === undefined ? {} : { args }),
      });
      tallymen.push(tallyman);
      return `127.0.0.1:${String(tallyman.port)}`;
    };
    const webConfig = join(folder.path, 'web.yml');
    writeFileSync(
      webConfig,
      JSON.stringify({
        tls_server_config: { cert_file: server.cert, key_file: server.key },
        basic_auth_users: { [user.username]: await hash(user.password, 6) },
      }),
    );
    const plain = await start();
    const auth = await start(JSON.stringify({ server: { auth: { enabled: true, ...user } } }));
    const tls = await start(
      JSON.stringify({ server: { tls: { enabled: true, cert_file: server.cert, key_file: server.key } } }),
    );
    const web = await start(undefined, ['--web.config.file', webConfig]);
    const https = { scheme: 'https', tls_config: { ca_file: ca } };
    const job = (name: string, target: string, more: object = {}): object => ({
      job_name: name,
      static_configs: [{ targets: [target] }],
      ...more,
    });
    prometheus = await startPrometheus([
      job('plain', plain),
      job('auth', auth, { basic_auth: user }),
      job('tls', tls, https),
      job('web-config', web, { ...https, basic_auth: user }),
      job('wrong-password', auth, { basic_auth: { ...user, password: 'guess' } }),
      job('no-password', web, https),
      job('no-tls', tls),
    ]);
  });
  afterAll(async () => {
    await prometheus.stop();
    for (const tallyman of tallymen) await tallyman.stop();
    engine?.stop();
    folder.remove();
  });

  it.each(goodJobs)('scrapes it, %s, and stores its samples', async (job) => {
    const samples = await waitFor('samples in Prometheus', async () => {
      const found = await prometheus.query(`container_memory_usage_bytes{job="${job}",container_name="quiet"}`);
      return found.length > 0 && found;
    });
    expect(samples).toHaveLength(1);
    expect(samples[0]?.value).toBeGreaterThan(0);
    expect(samples[0]?.labels).toMatchObject({ image: 'bb:1', job });
    expect(await prometheus.query(`up{job="${job}"}`)).toMatchObject([{ value: 1 }]);
    expect(await prometheus.query(`exporter_up{job="${job}"}`)).toMatchObject([{ value: 1 }]);
    expect(await prometheus.targets()).toContainEqual({ job, health: 'up', lastError: '' });
  });

  it.each(badJobs)('is kept out, %s', async (job) => {
    const target = await waitFor('the target to be tried', async () => {
      const found = (await prometheus.targets()).find((each) => each.job === job);
      return found !== undefined && found.health !== 'unknown' && found;
    });
    expect(target.health).toBe('down');
    expect(target.lastError).toMatch(job === 'no-tls' ? /400|malformed|EOF|reset/ : /401/);
    expect(await prometheus.query(`exporter_up{job="${job}"}`)).toEqual([]);
  });
});
