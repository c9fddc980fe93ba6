import { linkSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseExposition } from '../../test/support/exposition-parser.ts';
import { serveMetricsSocket, socketFolder } from '../../test/support/fake-metrics-socket.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { systemClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { ask, type Answer } from '../http/test-kit/ask.ts';
import { serve } from '../http/test-kit/serve.ts';
import { createPlugin, type PluginOptions } from './create-plugin.ts';
import { pluginMetrics } from './self-metrics.ts';

const paths = { metrics: '/metrics', self: '/metrics/self', health: '/health', ready: '/ready' };

async function setUp(metricsSocket: string, options: Partial<PluginOptions> = {}) {
  const pluginSocket = join(socketFolder(), 'p.sock');
  let renewals = 0;
  const plugin = createPlugin({
    metricsSocket,
    pluginSocket,
    paths,
    isHealthExempt: true,
    renew: () => (renewals += 1),
    renewAfterMs: 50,
    clock: systemClock,
    log: silentLog(),
    ...options,
  });
  onTestFinished(() => plugin.stop(0));
  await plugin.start();
  const { port } = await serve({ routes: plugin.routes, basicAuth: { username: 'u', password: 'p' } });
  const auth = `Basic ${Buffer.from('u:p').toString('base64')}`;
  return {
    renewals: () => renewals,
    get: (path: string, headers: Record<string, string> = {}): Promise<Answer> =>
      ask({ port, path, headers: { authorization: auth, ...headers } }),
    open: (path: string): Promise<Answer> => ask({ port, path }),
    call: async (name: string): Promise<unknown> => {
      const { body } = await ask({
        port: 0,
        socketPath: pluginSocket,
        method: 'POST',
        path: `/MetricsCollector.${name}`,
      });
      return JSON.parse(body);
    },
  };
}

const engineText = '# HELP a_total x\n# TYPE a_total counter\na_total{b="c\\"d"} 1e+06\n';

describe('metrics', () => {
  it('are served from StartMetrics to StopMetrics', async () => {
    const { path } = await serveMetricsSocket((_, response) => response.end(engineText));
    const { get, call } = await setUp(path);
    const waiting = '503: the engine has not called MetricsCollector.StartMetrics yet\n';
    expect(await get('/metrics')).toMatchObject({ status: 503, body: waiting });
    expect(await get('/ready')).toMatchObject({ status: 503, body: waiting });
    for (let time = 0; time < 2; time += 1) {
      expect(await call('StartMetrics')).toEqual({ Err: '' });
      expect(await get('/metrics')).toMatchObject({ status: 200, body: engineText });
      expect(await get('/ready')).toMatchObject({ status: 200 });
    }
    expect(await call('StopMetrics')).toEqual({ Err: '' });
    const stopped = '503: the engine has called MetricsCollector.StopMetrics: it shuts down\n';
    expect(await get('/metrics')).toMatchObject({ status: 503, body: stopped });
    expect(await call('StartMetrics')).toEqual({ Err: '' });
    expect(await get('/metrics')).toMatchObject({ status: 200, body: engineText });
  });

  it('are served at once when standalone', async () => {
    const { path } = await serveMetricsSocket((_, response) => response.end(engineText));
    const { get } = await setUp(path, { pluginSocket: undefined });
    expect(await get('/metrics')).toMatchObject({ status: 200, body: engineText });
  });

  it('are what the engine negotiates, byte for byte', async () => {
    const packed = gzipSync(engineText, { level: 9 });
    const { path } = await serveMetricsSocket((request, response) => {
      const isPacked = request.headers['accept-encoding'] === 'gzip';
      response.setHeader('Content-Type', `text/plain; asked=${String(request.headers.accept)}`);
      if (isPacked) response.setHeader('Content-Encoding', 'gzip');
      response.end(isPacked ? packed : engineText);
    });
    const { get } = await setUp(path, { pluginSocket: undefined });
    const headers = { accept: 'application/openmetrics-text, */*;q=0.1', 'accept-encoding': 'gzip' };
    const answer = await get('/metrics', headers);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/plain; asked=application/openmetrics-text, */*;q=0.1',
      'content-encoding': 'gzip',
      'content-length': String(packed.length),
    });
    expect((await get('/metrics')).headers).not.toHaveProperty('content-encoding');
  });

  it('have a reason when the engine has none', async () => {
    const { path } = await serveMetricsSocket((_, response) => response.writeHead(500).end('no\n'));
    const { get } = await setUp(path, { pluginSocket: undefined });
    const body = "503: the engine's metrics socket answers with status 500: no\n";
    expect(await get('/metrics')).toMatchObject({ status: 503, body });
    expect(await get('/ready')).toMatchObject({ status: 503, body });
    expect(await get('/health')).toMatchObject({ status: 200 });
  });

  it('are waited for no longer than Prometheus waits', async () => {
    const { path } = await serveMetricsSocket(() => undefined);
    const { get } = await setUp(path, { pluginSocket: undefined });
    const from = performance.now();
    const answer = await get('/metrics', { 'x-prometheus-scrape-timeout-seconds': '0.4' });
    expect(answer).toMatchObject({
      status: 503,
      body: `503: the engine's metrics socket ${path} did not answer within 0.2 s\n`,
    });
    expect(performance.now() - from).toBeLessThan(1500);
  });

  it('are for those who may see them', async () => {
    const { path } = await serveMetricsSocket((_, response) => response.end(engineText));
    const { open } = await setUp(path, { pluginSocket: undefined });
    for (const one of ['/metrics', '/metrics/self', '/version', '/'])
      expect(await open(one)).toMatchObject({ status: 401 });
    for (const one of ['/health', '/ready', '/-/healthy', '/-/ready'])
      expect(await open(one)).toMatchObject({ status: 200 });
  });
});

describe('the metrics of its own', () => {
  it('say what happened', async () => {
    const daemon = await serveMetricsSocket((_, response) => response.end(engineText));
    const { get, call } = await setUp(daemon.path);
    await get('/metrics');
    await call('StartMetrics');
    await get('/metrics');
    await daemon.close();
    await get('/metrics');
    await call('Nonsense');
    const answer = await get('/metrics/self', { accept: 'application/openmetrics-text;version=1.0.0' });
    const own = parseExposition(answer.body, 'openmetrics');
    const value = (name: string, labels = {}): number | undefined => own.value(`tallyman_plugin_${name}`, labels);
    expect(value('phase', { phase: 'collecting' })).toBe(1);
    expect(value('phase', { phase: 'waiting' })).toBe(0);
    expect(value('engine_up')).toBe(0);
    expect(['ok', 'waiting', 'absent', 'timeout'].map((outcome) => value('scrapes_total', { outcome }))).toEqual([
      1, 1, 1, 0,
    ]);
    expect(value('engine_passed_bytes_total')).toBe(engineText.length);
    expect(value('calls_total', { call: 'MetricsCollector.StartMetrics', result: 'ok' })).toBe(1);
    expect(value('calls_total', { call: 'other', result: 'error' })).toBe(1);
    expect(own.value('process_open_fds')).toBeGreaterThan(0);
  });

  it('are declared, in both formats and encodings', async () => {
    const { get } = await setUp(join(socketFolder(), 'none.sock'), { pluginSocket: undefined });
    await get('/metrics');
    const plain = parseExposition((await get('/metrics/self')).body, 'prometheus');
    expect([...plain.families.keys()].toSorted()).toEqual(pluginMetrics.map(({ name }) => name).toSorted());
    const { headers } = await get('/metrics/self', { 'accept-encoding': 'gzip' });
    expect(headers).toMatchObject({ 'content-encoding': 'gzip' });
  });
});

describe('a metrics socket that a mount keeps while its daemon is gone', () => {
  async function deadSocket(): Promise<string> {
    const daemon = await serveMetricsSocket((_, response) => response.end(engineText));
    const mounted = `${daemon.path}.mounted`;
    linkSync(daemon.path, mounted);
    await daemon.close();
    return mounted;
  }
  const err = { Err: expect.stringContaining('nothing listens on the metrics socket') as string };

  it('is told to the engine, and ends a process that a daemon has stopped before', async () => {
    const { call, renewals } = await setUp(await deadSocket());
    expect(await call('StartMetrics')).toEqual(err);
    expect(await call('StopMetrics')).toEqual({ Err: '' });
    expect(await call('StartMetrics')).toEqual(err);
    await waitFor('an end', () => renewals() === 1, { withinMs: 2000, everyMs: 10 });
  });

  it('does not end a new process: another would have no other mount', async () => {
    const { call, renewals } = await setUp(await deadSocket());
    expect(await call('StartMetrics')).toEqual(err);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(renewals()).toBe(0);
  });

  it('does not end a process that the new daemon stops', async () => {
    const { call, renewals } = await setUp(await deadSocket());
    for (const name of ['StartMetrics', 'StopMetrics', 'StartMetrics', 'StopMetrics']) await call(name);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(renewals()).toBe(0);
  });

  it('does not end a process whose daemon was killed, which the engine could not start again', async () => {
    const { call, renewals } = await setUp(await deadSocket());
    await call('StartMetrics');
    const help = expect.stringMatching(/: disable and enable this plugin$/) as string;
    expect(await call('StartMetrics')).toEqual({ Err: help });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(renewals()).toBe(0);
  });
});
