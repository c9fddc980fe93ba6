import { chownSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEngine, type PrivateEngine } from '../support/private-engine.ts';
import { hasRequirements } from '../support/requirements.ts';
import { runCommand } from '../support/run-command.ts';
import { waitFor } from '../support/wait-for.ts';
import { createComposeProject, neededSettings, type ComposeProject } from './compose-project.ts';
import { hasCurrentPrograms } from './programs.ts';
import { importStandIn } from './stand-in-images.ts';

const projectFolder = join(import.meta.dirname, '../..');

/** All but Grafana, which is not to be had without a registry. */
const services = ['socket-proxy', 'tallyman', 'prometheus', 'alertmanager'];
/** Prometheus scrapes every 15 s, as in production. */
const slowly = { withinMs: 90_000, everyMs: 1000 };

/** A container in the host's network, which is the private engine's. */
const onHost = 'on-host';
const isComplete =
  hasRequirements('28', 'haproxy') &&
  hasCurrentPrograms('docker-compose', 'prometheus', 'promtool', 'alertmanager', 'amtool');

/**
 * The stacks, for real, on an engine of their own: our image as `make image` makes it; under the names of the others
 * stand-ins, see stand-in-images.ts.
 */
describe.skipIf(!isComplete)('docker compose up', () => {
  let engine: PrivateEngine;
  beforeAll(async () => {
    engine = await startEngine({ version: '28' });
    // a group as on a host, so that only whoever is given it gets in
    chownSync(engine.socketPath, 0, Number(neededSettings.DOCKER_GID));
    await makeImage(engine);
    await startAsker(onHost, 'host');
  });
  afterAll(() => engine?.stop());

  /** Starts a container of our image, which has Node.js, to ask from. */
  const startAsker = async (name: string, network: string): Promise<void> => {
    const forever = ['--entrypoint', '/bin/node', 'tallyman:latest', '-e', 'setInterval(() => {}, 1e6)'];
    await engine.docker('run', '--detach', '--name', name, '--network', network, '--no-healthcheck', ...forever);
  };

  /** Gives status and body. */
  const ask = async (container: string, method: string, url: string): Promise<{ status: number; body: string }> => {
    const script = `fetch(${JSON.stringify(url)},{method:${JSON.stringify(method)}}).then(async(r)=>console.log(JSON.stringify({status:r.status,body:await r.text()})))`;
    return JSON.parse(await engine.docker('exec', container, '/bin/node', '-e', script)) as {
      status: number;
      body: string;
    };
  };

  /** From the host, whose network is the private engine's. */
  const get = async (url: string): Promise<string> => {
    const { status, body } = await ask(onHost, 'GET', url);
    if (status !== 200) throw new Error(`GET ${url}: ${String(status)} ${body}`);
    return body;
  };

  const createProject = (...files: readonly string[]): ComposeProject =>
    createComposeProject(files, {
      ...neededSettings,
      DOCKER_HOST: engine.host,
      DOCKER_SOCKET: engine.socketPath,
      DOCKER_METRICS_SOCKET: join(engine.socketPath, '../exec/metrics.sock'),
    });

  const listAll = async (): Promise<string[]> => {
    const lists = await Promise.all([
      engine.docker('ps', '--all', '--format', '{{.Names}}'),
      engine.docker('network', 'ls', '--filter', 'type=custom', '--format', '{{.Name}}'),
      engine.docker('volume', 'ls', '--format', '{{.Name}}'),
    ]);
    return lists.flatMap((text) => text.split('\n')).filter((line) => line !== '' && line !== onHost);
  };

  describe('compose.yaml and compose.engine.yaml', () => {
    let project: ComposeProject;
    beforeAll(async () => {
      project = createProject('compose.yaml', 'compose.engine.yaml');
      const config = await project.config();
      for (const name of ['socket-proxy', 'prometheus', 'alertmanager']) {
        await importStandIn(engine, config.services[name]?.image ?? '');
      }
      await project.up(...services, 'engine-metrics');
    });
    afterAll(async () => {
      await project?.run('down', '--volumes', '--timeout', '5');
      project?.remove();
    });

    const query = async (promql: string): Promise<{ metric: Record<string, string>; value: number }[]> => {
      const text = await get(`http://127.0.0.1:9090/api/v1/query?query=${encodeURIComponent(promql)}`);
      const { data } = JSON.parse(text) as {
        data: { result: { metric: Record<string, string>; value: [number, string] }[] };
      };
      return data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
    };
    const inspect = async (service: string): Promise<{ State: { Pid: number; Health?: { Status: string } } }> =>
      JSON.parse(await engine.docker('inspect', '--format', '{{json .}}', `tallyman-${service}-1`)) as never;

    test('everything is healthy, by its own health check', async () => {
      for (const service of [...services, 'engine-metrics']) {
        expect((await inspect(service)).State.Health?.Status, service).toBe('healthy');
      }
    });

    test('Prometheus scrapes the exporter through the proxy, and the engine', async () => {
      const up = await waitFor(
        'all targets to be up',
        async () => {
          const found = await query('up == 1');
          return found.length === 4 && found;
        },
        slowly,
      );
      expect(up.map(({ metric }) => metric['job']).toSorted()).toEqual([
        'alertmanager',
        'docker-engine',
        'prometheus',
        'tallyman',
      ]);
      const running = await waitFor(
        'containers',
        async () => {
          const found = await query('container_state{state="running", compose_project="tallyman"} == 1');
          return found.length === services.length + 1 && found;
        },
        slowly,
      );
      expect(running.map(({ metric }) => metric['compose_service']).toSorted()).toEqual(
        [...services, 'engine-metrics'].toSorted(),
      );
      expect(await query('container_memory_working_set_bytes{compose_service="prometheus"} > 0')).toHaveLength(1);
      expect(await query('engine_daemon_engine_info{job="docker-engine"}')).toHaveLength(1);
      expect(await query('exporter_engine_call_refused == 1')).toEqual([]);
    });

    test('the rules are loaded, and Prometheus knows its Alertmanager', async () => {
      const rules = JSON.parse(await get('http://127.0.0.1:9090/api/v1/rules')) as {
        data: { groups: { file: string }[] };
      };
      expect(new Set(rules.data.groups.map(({ file }) => file.split('/').at(-1)))).toEqual(
        new Set(['recording.yml', 'containers.yml', 'exporter.yml', 'engine.yml', 'supply-chain.yml']),
      );
      expect(await get('http://127.0.0.1:9090/api/v1/alertmanagers')).toContain(
        'http://alertmanager:9093/api/v2/alerts',
      );
      expect(await get('http://127.0.0.1:9093/api/v2/status')).toContain('severity');
    });

    test('the proxy refuses what nobody asks', async () => {
      const id = await engine.docker('ps', '--quiet', '--no-trunc', '--filter', 'name=tallyman-prometheus');
      const status = async (method: string, path: string): Promise<number> =>
        (await ask('beside-proxy', method, `http://socket-proxy:2375${path}`)).status;
      await startAsker('beside-proxy', 'tallyman_engine');
      expect(await status('GET', '/_ping')).toBe(200);
      expect(await status('GET', `/v1.41/containers/${id}/json`)).toBe(200);
      expect(await status('GET', `/containers/${id}/logs?stdout=1`)).toBe(403);
      expect(await status('GET', `/containers/${id}/archive?path=/etc`)).toBe(403);
      expect(await status('POST', `/containers/${id}/stop`)).toBe(405);
      await engine.docker('rm', '--force', 'beside-proxy');
    });

    test('no process has a capability, may gain one, or writes to its image', async () => {
      for (const service of [...services, 'engine-metrics']) {
        const { State } = await inspect(service);
        const status = readFileSync(`/proc/${String(State.Pid)}/status`, 'utf8');
        expect(status, service).toMatch(/^CapEff:\t0+$/m);
        expect(status, service).toMatch(/^CapBnd:\t0+$/m);
        expect(status, service).toMatch(/^NoNewPrivs:\t1$/m);
        if (service !== 'engine-metrics') expect(status, service).not.toMatch(/^Uid:\t0\t/m);
        const mounts = readFileSync(`/proc/${String(State.Pid)}/mounts`, 'utf8');
        expect(mounts, service).toMatch(/^\S+ \/ \S+ ro[, ]/m);
      }
    });

    test('only who has to reach the world has a way there', async () => {
      // the private engine has no world; what a masquerading network adds is a rule
      const rules = async (network: string): Promise<string> =>
        await engine.docker('network', 'inspect', '--format', '{{.Internal}} {{index .Options "com.docker.network.bridge.enable_ip_masquerade"}}', `tallyman_${network}`); // prettier-ignore
      expect(await rules('engine')).toMatch(/^true/);
      expect(await rules('scrape')).toMatch(/^true/);
      expect(await rules('published')).toBe('false false');
      expect(await engine.docker('inspect', '--format', '{{json .NetworkSettings.Networks}}', 'tallyman-prometheus-1')).not.toContain('tallyman_outside'); // prettier-ignore
    });

    test('down leaves nothing behind', async () => {
      await project.run('down', '--volumes', '--timeout', '5');
      expect(await listAll()).toEqual([]);
    });
  });

  test('compose.small.yaml: the exporter on the socket, by its group', async () => {
    const project = createProject('compose.small.yaml');
    try {
      await project.up();
      const metrics = await get('http://127.0.0.1:9200/metrics');
      expect(metrics).toContain('\nexporter_up 1\n');
      expect(metrics).toMatch(/^container_state\{.*container_name="tallyman-small-tallyman-1".*state="running"\} 1$/m);
      await project.run('down', '--volumes', '--timeout', '5');
      expect(await listAll()).toEqual([]);
    } finally {
      project.remove();
    }
  });
});

/** As `make image`, with what has been built for the tests. */
async function makeImage(engine: PrivateEngine): Promise<void> {
  const env = { ...process.env, DOCKER_HOST: engine.host };
  await runCommand(process.execPath, ['scripts/image.ts'], { cwd: projectFolder, env });
}
