import { expect, it } from 'vitest';
import { serveMetricsSocket } from '../../support/fake-metrics-socket.ts';
import { startTallyman } from '../../support/tallyman-process.ts';
import { proves } from './proof.ts';

const noEngine = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };
const up = 'exporter_engine_metrics_up';

export function proveEngine(): void {
  proves('engine.metrics_socket file', 'engine.metrics_socket ENGINE_METRICS_SOCKET');
  it("the engine's own metrics are served where their socket is", async () => {
    const file = await serveMetricsSocket((_, response) => response.end('# TYPE of_file gauge\nof_file 1\n'));
    const variable = await serveMetricsSocket((_, response) =>
      response.end('# TYPE of_variable gauge\nof_variable 1\n'),
    );
    const config = `engine: { metrics_socket: ${file.path} }`;
    await using byFile = await startTallyman({ config, env: noEngine });
    await using byVariable = await startTallyman({
      config,
      env: { ...noEngine, ENGINE_METRICS_SOCKET: variable.path },
    });
    await using off = await startTallyman({ env: noEngine });
    for (const accept of ['text/plain', 'application/openmetrics-text;version=1.0.0']) {
      const first = (await byFile.scrape({ accept })).exposition;
      expect([first.value(up), first.value('of_file'), first.value('exporter_up')]).toEqual([1, 1, 0]);
      const second = (await byVariable.scrape({ accept })).exposition;
      expect([second.value(up), second.value('of_file'), second.value('of_variable')]).toEqual([1, undefined, 1]);
      expect((await off.scrape({ accept })).exposition.value(up)).toBeUndefined();
    }
  });

  it('a metrics socket that hangs takes no scrape past its deadline', async () => {
    const { path } = await serveMetricsSocket(() => undefined);
    await using tallyman = await startTallyman({ env: { ...noEngine, ENGINE_METRICS_SOCKET: path } });
    const from = performance.now();
    const { exposition } = await tallyman.scrape({ 'x-prometheus-scrape-timeout-seconds': '1.5' });
    expect(performance.now() - from).toBeLessThan(1500);
    expect(exposition.value(up)).toBe(0);
  });
}
