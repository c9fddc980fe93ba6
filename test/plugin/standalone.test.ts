import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { createEngineMetrics } from '../../src/exporter/engine-metrics.ts';
import { engineVersions } from '../support/engine-versions.ts';
import { parseExposition } from '../support/exposition-parser.ts';
import type { HttpAnswer } from '../support/http-get.ts';
import { startEngine, type PrivateEngine } from '../support/private-engine.ts';
import { hasRequirements } from '../support/requirements.ts';
import { waitFor } from '../support/wait-for.ts';
import { startPluginProcess, type PluginProcess } from './plugin-process.ts';

describe.each(engineVersions)('beside the engine: Docker %s', (version) => {
  describe.skipIf(!hasRequirements(version))('standalone', () => {
    let engine: PrivateEngine | undefined;
    let plugin: PluginProcess;
    let folders: string[];
    const running = (): PrivateEngine => engine as PrivateEngine;
    const socket = (): string => join(dirname(running().socketPath), 'exec/metrics.sock');
    const pluginFolders = (): string[] =>
      ['/run/docker/plugins', '/etc/docker/plugins', '/usr/lib/docker/plugins'].flatMap((folder) =>
        existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [],
      );

    beforeAll(async () => {
      folders = pluginFolders();
      engine = await startEngine({ version });
      plugin = await startPluginProcess('--standalone', '--metrics-socket', socket());
    });
    afterAll(async () => {
      await plugin?.stop();
      engine?.stop();
    });

    it("serves the engine's metrics, and makes no socket", async () => {
      const { status, text } = await plugin.get('/metrics');
      expect(status).toBe(200);
      const info = parseExposition(text, 'prometheus').find('engine_daemon_engine_info');
      expect(info[0]?.labels['version']).toBe(running().version);
      expect(pluginFolders()).toEqual(folders);
      expect(await plugin.get('/ready')).toMatchObject({ status: 200 });
    });

    it.each(['text', 'openmetrics'] as const)('is served by the exporter too: %s', async (format) => {
      const options = { own: [], namespace: '', globalLabels: '', log: silentLog() };
      const exporter = createEngineMetrics({ ...options, socketPath: socket() });
      const reading = await exporter.read(5000);
      const text = reading.appendTo(format === 'text' ? '' : '# EOF\n', format);
      const exposition = parseExposition(text, format === 'text' ? 'prometheus' : 'openmetrics');
      exporter.stop();
      expect(exposition.value('exporter_engine_metrics_up')).toBe(1);
      expect(exposition.value('engine_daemon_engine_cpus_cpus')).toBeGreaterThan(0);
      expect([...exposition.families.keys()].filter((name) => /^(go|process|promhttp)_/.test(name))).toEqual([]);
    });

    it('does not wait for an engine that hangs', async () => {
      await running().freeze();
      try {
        const headers = { 'x-prometheus-scrape-timeout-seconds': '1.5' };
        const scrape = (): Promise<HttpAnswer> => plugin.get('/metrics', { headers });
        await waitFor('the engine to hang', async () => (await scrape()).status === 503);
        const from = performance.now();
        const answer = await scrape();
        expect(performance.now() - from).toBeLessThan(1500);
        expect(answer.status).toBe(503);
        expect(answer.text).toContain('did not answer within 1 s');
        expect(await plugin.get('/ready')).toMatchObject({ status: 503 });
        expect(await plugin.get('/health')).toMatchObject({ status: 200 });
      } finally {
        running().thaw();
      }
      await waitFor('the engine', async () => (await plugin.get('/metrics')).status === 200);
    });

    it('follows the engine', async () => {
      await running().halt();
      const { status, text } = await plugin.get('/metrics');
      expect(status).toBe(503);
      expect(text).toMatch(/there is no metrics socket|nothing listens on the metrics socket/);
      await running().start();
      await waitFor('the engine', async () => (await plugin.get('/metrics')).status === 200);
      expect(plugin.isRunning()).toBe(true);
    });
  });
});
