import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startCommand } from '../../scripts/rootfs.ts';
import { importBusybox } from '../support/busybox-image.ts';
import { createCertificates } from '../support/certificates.ts';
import { engineVersions } from '../support/engine-versions.ts';
import { parseExposition } from '../support/exposition-parser.ts';
import { startEngine, type PrivateEngine } from '../support/private-engine.ts';
import { hasRequirements } from '../support/requirements.ts';
import { createTempFolder } from '../support/temp-folder.ts';
import { waitFor } from '../support/wait-for.ts';
import { listImageFiles } from './exported-files.ts';
import { runImageScript } from './run-image-script.ts';

const project = join(import.meta.dirname, '../..');
const image = 'example/tallyman:test';
/** As the docs say to run it, in as much memory as it is to need. */
const confined = [
  ...['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
  ...['--memory', '64m', '--health-interval', '2s'],
];

describe.each(engineVersions)('Docker %s', (version) => {
  describe.skipIf(!hasRequirements(version, 'openssl'))('the image', () => {
    let engine: PrivateEngine;
    let printed = '';
    let socket: readonly string[];
    let group = '';

    beforeAll(async () => {
      engine = await startEngine({ version });
      await importBusybox(engine, 'bb:1');
      printed = await runImageScript(engine, image);
      socket = ['--volume', `${engine.socketPath}:/var/run/docker.sock:ro`];
      group = String(statSync(engine.socketPath).gid);
    });
    afterAll(() => engine?.stop());

    const run = async (name: string, flags: readonly string[], args: readonly string[] = []): Promise<void> => {
      await engine.docker('run', '--detach', '--name', name, ...confined, ...flags, image, ...args);
    };
    const remove = (name: string): Promise<string> => engine.docker('rm', '--force', name);
    const inspect = async (what: string, format: string): Promise<unknown> =>
      JSON.parse(await engine.docker('inspect', '--format', `{{json ${format}}}`, what));
    const expectHealth = async (name: string, expected: 'healthy' | 'unhealthy'): Promise<void> => {
      const isSo = async () => (await inspect(name, '.State.Health.Status')) === expected;
      await waitFor(`${name} to be ${expected}`, isSo).catch(() => undefined);
      expect(await inspect(name, '.State')).toMatchObject({ Health: { Status: expected } });
    };
    /** From a container in the same network: the image has nothing that could ask. */
    const scrape = async (name: string, port = 9200) => {
      const url = `http://127.0.0.1:${String(port)}/metrics`;
      return parseExposition(
        `${await engine.docker('run', '--rm', '--network', `container:${name}`, 'bb:1', 'wget', '-q', '-O-', url)}\n`,
        'prometheus',
      );
    };

    test('is as small as it may be, and says how small', () => {
      const [, unpacked, gzip] = /([\d.]+) MB unpacked, ([\d.]+) MB by gzip/.exec(printed) ?? [];
      expect(Number(gzip)).toBeLessThan(45);
      expect(Number(gzip)).toBeGreaterThan(30);
      expect(Number(unpacked)).toBeLessThan(125);
    });

    test('says what it is, whom it runs as, and how it is asked for its health', async () => {
      const { version: ours } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { version: string };
      expect(await inspect(image, '.Config')).toMatchObject({
        User: '65534:65534',
        ExposedPorts: { '9200/tcp': {} },
        Entrypoint: startCommand(),
        Env: expect.arrayContaining(['MALLOC_ARENA_MAX=1']),
        Healthcheck: { Test: ['CMD', '/bin/tallyman', 'healthcheck'] },
        Labels: {
          'org.opencontainers.image.version': ours,
          'org.opencontainers.image.licenses': 'Apache-2.0',
          'org.opencontainers.image.revision': expect.stringMatching(/^([0-9a-f]{12}|unknown)$/),
          'org.opencontainers.image.created': expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        },
      });
      expect(printed).toContain(`tallyman ${ours} (commit `);
    });

    test('has no shell and nothing that can be run but Node.js', async () => {
      const files = await listImageFiles(engine, image);
      const programs = files.filter((line) => /^-\S*x/.test(line)).map((line) => line.split(' ').at(-1) ?? '');
      // What the engine puts into every container is empty, whatever its mode.
      const engineMade = ['.dockerenv', 'dev/console', 'etc/hostname', 'etc/hosts', 'etc/resolv.conf'];
      expect(programs.filter((name) => !/\.so\.\d+$/.test(name) && !engineMade.includes(name))).toEqual([
        'bin/node',
        'bin/tallyman',
      ]);
      expect(files.filter((line) => !/^\S+ 0\/0 /.test(line))).toEqual([]);
      await expect(engine.docker('run', '--rm', '--entrypoint', 'sh', image, '-c', 'true')).rejects.toThrow(
        /not found/,
      );
      expect(
        await engine.docker(
          'run',
          '--rm',
          '--entrypoint',
          '/bin/node',
          image,
          '-p',
          'process.getuid() + ":" + process.getgroups()',
        ),
      ).toBe('65534:65534');
    });

    test('without the group of the socket it says which one to add, and goes on', async () => {
      await run('groupless', socket);
      await waitFor('the log line', async () =>
        (await engine.docker('logs', 'groupless')).includes('permission denied'),
      );
      expect(await engine.docker('logs', 'groupless')).toContain(`--group-add ${group}`);
      await expectHealth('groupless', 'healthy');
      expect((await scrape('groupless')).value('exporter_up')).toBe(0);
      await remove('groupless');
    });

    test('with the group it serves metrics, is healthy, and ends at once when it is asked to', async () => {
      await run('exporter', [...socket, '--group-add', group]);
      await expectHealth('exporter', 'healthy');
      const metrics = await scrape('exporter');
      expect(metrics.value('exporter_up')).toBe(1);
      expect(metrics.value('container_last_seen', { container_name: 'exporter' })).toBeDefined();
      expect(await engine.docker('exec', 'exporter', 'tallyman', 'config', 'check')).toBe('configuration ok');
      const before = Date.now();
      await engine.docker('stop', 'exporter');
      expect(Date.now() - before).toBeLessThan(10_000);
      expect(await inspect('exporter', '.State')).toMatchObject({ ExitCode: 0, OOMKilled: false });
      await remove('exporter');
    });

    test('the health check follows the flags it was started with, behind an init too', async () => {
      await run('flags', ['--init'], ['--server.port', '9300', '--server.address', '127.0.0.1']);
      await expectHealth('flags', 'healthy');
      expect((await scrape('flags', 9300)).value('exporter_up')).toBe(0);
      await remove('flags');
    });

    test('the health check follows TLS and user of the configuration file', async () => {
      const folder = createTempFolder();
      chmodSync(folder.path, 0o755);
      const { server } = await createCertificates(folder.path);
      chmodSync(server.key, 0o644);
      const [cert, key] = ['/etc/tallyman/server.pem', '/etc/tallyman/server-key.pem'];
      const tls = `tls: { enabled: true, cert_file: ${cert}, key_file: ${key} }`;
      const auth = 'auth: { enabled: true, username: a, password: b }';
      writeFileSync(join(folder.path, 'config.yaml'), `server:\n  ${tls}\n  ${auth}\n  health_path: /alive\n`);
      await run('tls', ['-v', `${folder.path}:/etc/tallyman:ro`, '-e', 'EXPORTER_CONFIG=/etc/tallyman/config.yaml']);
      await expectHealth('tls', 'healthy');
      expect(await engine.docker('exec', 'tls', 'tallyman', 'healthcheck')).toBe(
        'healthy: https://127.0.0.1:9200/alive: HTTP 200',
      );
      await remove('tls');
      folder.remove();
    });

    test('a process that hangs becomes unhealthy', async () => {
      await run('hung', ['--health-retries', '1', '--health-start-period', '1s']);
      await expectHealth('hung', 'healthy');
      await engine.docker('kill', '--signal', 'STOP', 'hung');
      await expectHealth('hung', 'unhealthy');
      await remove('hung');
    });

    test("finds an engine by a host's name", async () => {
      await run('named', ['--add-host', 'engine.example:127.0.0.1', '-e', 'DOCKER_HOST=tcp://engine.example:1']);
      await waitFor('the log line', async () => (await engine.docker('logs', 'named')).includes('no Docker Engine'));
      expect(await engine.docker('logs', 'named')).toContain('tcp://engine.example:1: connection refused');
      await remove('named');
    });
  });
});
