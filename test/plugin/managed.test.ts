import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMetricsSocket } from '../../src/docker/metrics-socket.ts';
import { engineVersions } from '../support/engine-versions.ts';
import { parseExposition } from '../support/exposition-parser.ts';
import type { Exposition } from '../support/exposition.ts';
import { startPrometheus } from '../support/prometheus-process.ts';
import { hasRequirements } from '../support/requirements.ts';
import { waitFor } from '../support/wait-for.ts';
import { startPluginEngine, type PluginEngine } from './plugin-engine.ts';

const name = 'tallyman/engine-metrics:latest';
const actions = 'engine_daemon_container_actions_seconds';

/** One engine's plugin from its making to its removal: each step goes on where the last one ended. */
describe.each(engineVersions)('the managed plugin: Docker %s', (version) => {
  describe.skipIf(!hasRequirements(version, 'prometheus'))('step by step', () => {
    let suite: PluginEngine;
    const docker = (...words: readonly string[]): Promise<string> => suite.engine.docker(...words);
    const set = (...settings: readonly string[]): Promise<string> => docker('plugin', 'set', name, ...settings);
    const enable = (): Promise<string> => docker('plugin', 'enable', name);
    const disable = (): Promise<string> => docker('plugin', 'disable', name);
    const scrape = async (): Promise<Exposition> => parseExposition(await suite.metrics(), 'prometheus');
    const actionCount = async (action: string): Promise<number> =>
      (await scrape()).value(`${actions}_count`, { action }) ?? 0;

    beforeAll(async () => {
      suite = await startPluginEngine(version);
    });
    afterAll(() => suite?.engine.stop());

    it('is made, within its size', async () => {
      const { stdout } = await suite.makePlugin(name);
      const [, unpacked, gzip] = /([\d.]+) MB unpacked, ([\d.]+) MB by gzip/.exec(stdout) ?? [];
      expect(Number(unpacked)).toBeLessThan(125);
      expect(Number(gzip)).toBeLessThan(45);
      const [plugin] = JSON.parse(await docker('plugin', 'inspect', name)) as [{ Enabled: boolean; Config: object }];
      expect(plugin).toMatchObject({
        Enabled: false,
        Config: {
          Interface: { Types: ['docker.metricscollector/1.0'], Socket: 'engine-metrics.sock' },
          Network: { Type: 'host' },
          PropagatedMount: '/run/docker',
          Linux: { Capabilities: [], AllowAllDevices: false },
        },
      });
      await expect(suite.makePlugin(name)).rejects.toThrow('is there already');
    });

    it('serves what the engine prints', async () => {
      await set(`PLUGIN_LISTEN=${suite.address}`);
      await enable();
      await suite.untilStatus(200);
      const headers = {
        accept: 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5',
        'accept-encoding': 'gzip',
      };
      const own = createMetricsSocket(suite.metricsSocket);
      const direct = await own.get({ accept: headers.accept, acceptEncoding: 'gzip', timeoutMs: 5000 });
      const passed = await suite.get('/metrics', { headers });
      expect(passed.headers).toMatchObject({ 'content-encoding': 'gzip' });
      expect(passed.headers['content-type']).toBe(direct.ok ? direct.contentType : '');
      const plain = await own.get({ timeoutMs: 5000 });
      const families = (text: string): string[] => text.split('\n').filter((line) => line.startsWith('# '));
      expect(families(await suite.metrics())).toEqual(families(plain.ok ? plain.body.toString() : ''));
      expect((await scrape()).families.size).toBeGreaterThan(60);
      expect(await suite.get('/ready')).toMatchObject({ status: 200 });
    });

    it('moves with what containers do', async () => {
      const before = { create: await actionCount('create'), start: await actionCount('start') };
      await docker('run', '--rm', '--network', 'none', 'bb:1', 'true');
      expect(await actionCount('create')).toBe(before.create + 1);
      expect(await actionCount('start')).toBe(before.start + 1);
    });

    it('is scraped by a real Prometheus', async () => {
      const target = [{ targets: [suite.address] }];
      const prometheus = await startPrometheus([
        { job_name: 'engine', static_configs: target },
        { job_name: 'plugin', static_configs: target, metrics_path: '/metrics/self' },
      ]);
      try {
        await waitFor('both to be up', async () => {
          const targets = await prometheus.targets();
          return targets.length === 2 && targets.every(({ health }) => health === 'up');
        });
        const [engine] = await prometheus.query('engine_daemon_engine_info');
        expect(engine?.labels).toMatchObject({ job: 'engine', version: suite.engine.version });
        const [create] = await prometheus.query(`${actions}_count{action="create"}`);
        expect(create?.value).toBeGreaterThan(0);
        const [collecting] = await prometheus.query('tallyman_plugin_phase{phase="collecting"}');
        expect(collecting?.value).toBe(1);
      } finally {
        await prometheus.stop();
      }
    });

    it('can be disabled, and enabled again', async () => {
      const mark = suite.mark();
      await disable();
      await expect(suite.get('/health')).rejects.toThrow('ECONNREFUSED');
      await waitFor('its last line', () => suite.pluginLog(mark).some(({ text }) => text.includes('the plugin stops')));
      await enable();
      await suite.untilStatus(200);
      const started = suite.pluginLog(mark).find(({ text }) => text.includes('the plugin listens'));
      expect(started).toMatchObject({ level: 'info', text: expect.stringMatching(/^\S+Z INFO /) as string });
    });

    it('is stopped by a daemon that ends, and follows its restart', async () => {
      const mark = suite.mark();
      await suite.engine.halt();
      expect(suite.pluginLog(mark).map(({ text }) => text)).toEqual([
        expect.stringContaining('the engine has stopped metrics collection'),
        expect.stringContaining('the plugin stops'),
      ]);
      await suite.engine.start();
      await suite.untilStatus(200);
    });

    it('outlives its daemon with live restore, and gets the new one', async () => {
      suite.configure({ 'live-restore': true });
      await suite.engine.restart();
      await suite.untilStatus(200);
      const mark = suite.mark();
      await suite.engine.restart();
      await waitFor('an end', () =>
        suite.pluginLog(mark).some(({ text }) => text.includes('the engine starts this anew')),
      );
      expect(await suite.untilStatus(200)).toMatchObject({ status: 200 });
    });

    it('says what helps when its daemon was killed with live restore', async () => {
      const mark = suite.mark();
      await suite.engine.kill();
      await suite.engine.start();
      await waitFor('the call', () => suite.pluginLog(mark).some(({ text }) => text.includes('has started')));
      expect((await suite.untilStatus(503)).text).toContain('nothing listens on the metrics socket');
      const told = suite.pluginLog(mark).filter(({ text }) => text.endsWith('disable and enable this plugin'));
      expect(told).toMatchObject([{ level: 'error' }]);
      await disable();
      await enable();
      await suite.untilStatus(200);
    });

    it('follows a daemon that was killed', async () => {
      suite.configure({});
      await suite.engine.restart();
      await suite.untilStatus(200);
      await suite.engine.kill();
      await suite.engine.start();
      await suite.untilStatus(200);
      const before = await actionCount('create');
      await docker('create', '--network', 'none', 'bb:1', 'true');
      expect(await actionCount('create')).toBe(before + 1);
    });

    it('says what is wrong with its settings', async () => {
      await disable();
      await set('PLUGIN_LISTEN=9323', 'LOG_LEVEL=loud');
      const mark = suite.mark();
      await expect(enable()).rejects.toThrow('engine-metrics.sock');
      const faults = suite.pluginLog(mark).filter(({ level }) => level === 'error');
      expect(faults.map(({ text }) => text)).toEqual(
        expect.arrayContaining([
          expect.stringContaining('server.listen: 9323 (environment PLUGIN_LISTEN) is not an address with a port'),
          expect.stringContaining('logging.level: loud (environment LOG_LEVEL) is not one of the choices'),
        ]),
      );
      await set(`PLUGIN_LISTEN=${suite.address}`, 'LOG_LEVEL=info');
      await enable();
      await suite.untilStatus(200);
    });

    it('takes users from a file of the host', async () => {
      await disable();
      const file = join(dirname(suite.engine.socketPath), 'web.yml');
      writeFileSync(file, 'basic_auth_users:\n  alice: $2b$04$tFSVF9fdZWIVWU/cY2hZEeJUhAflgEWET9S1lIfJbEz4SYtslKS8K\n');
      await set(`web-config.source=${file}`);
      await enable();
      await suite.untilStatus(401);
      const authorization = `Basic ${Buffer.from('alice:correct').toString('base64')}`;
      expect(await suite.get('/metrics', { headers: { authorization } })).toMatchObject({ status: 200 });
    });

    it('goes without a trace', async () => {
      await disable();
      await docker('plugin', 'rm', name);
      expect(await docker('plugin', 'ls', '--quiet')).toBe('');
    });
  });
});
