import { describe, expect, it, onTestFinished } from 'vitest';
import { serveMetricsSocket } from '../../test/support/fake-metrics-socket.ts';
import { silentLog } from '../base/log.ts';
import { defineMetric } from '../metrics/metric.ts';
import { createEngineMetrics, type EngineMetrics } from './engine-metrics.ts';

const own = [defineMetric({ name: 'engine_own', type: 'gauge', when: 'always', help: 'x', source: 'x' })];

function create(socketPath: string): EngineMetrics {
  const engine = createEngineMetrics({ socketPath, own, namespace: '', globalLabels: 'site="a"', log: silentLog() });
  onTestFinished(() => engine.stop());
  return engine;
}

const isUp = (value: 0 | 1): string =>
  expect.stringContaining(`\nexporter_engine_metrics_up{site="a"} ${String(value)}\n`) as string;

describe('the engine', () => {
  it('adds its families to the scrape', async () => {
    const { path } = await serveMetricsSocket((request, response) => {
      expect(request.headers.accept).toBe('text/plain;version=0.0.4');
      response.end(
        '# TYPE engine_own gauge\nengine_own 1\n# TYPE engine_x gauge\nengine_x 2\n# TYPE go_x gauge\ngo_x 3\n',
      );
    });
    const reading = await create(path).read(2000);
    const out = reading.appendTo('engine_own 5\n# EOF\n', 'openmetrics');
    expect(out).toEqual(isUp(1));
    expect(out).toMatch(/^engine_own 5\n[^]*\n# TYPE engine_x gauge\nengine_x\{site="a"\} 2\n# EOF\n$/);
    expect(out).not.toMatch(/go_x|engine_own 1/);
  });

  it.each([
    ['without a setting', ''],
    ['without a socket', '/nonexistent/none.sock'],
  ])('is left out %s', async (_, path) => {
    const reading = await create(path).read(2000);
    expect(reading.appendTo('a 1\n', 'text')).toBe('a 1\n');
  });

  it('is said to be down when it gives nothing', async () => {
    const { path } = await serveMetricsSocket((_, response) => response.writeHead(500).end());
    expect((await create(path).read(2000)).appendTo('a 1\n', 'text')).toEqual(isUp(0));
  });

  it('does not delay a scrape when it hangs', async () => {
    let asked = 0;
    const { path } = await serveMetricsSocket(() => void (asked += 1));
    const engine = create(path);
    const from = performance.now();
    const readings = await Promise.all([engine.read(400), engine.read(100), engine.read(60_000)]);
    expect(performance.now() - from).toBeLessThan(2000);
    for (const reading of readings) expect(reading.appendTo('a 1\n', 'text')).toEqual(isUp(0));
    expect(asked).toBe(1);
  });

  it('is asked once for scrapes at the same time, and again for the next', async () => {
    let asked = 0;
    const { path } = await serveMetricsSocket((_, response) => {
      asked += 1;
      response.end(`engine_x ${String(asked)}\n`);
    });
    const engine = create(path);
    const [first, second] = await Promise.all([engine.read(2000), engine.read(2000)]);
    expect(second).toBe(first);
    expect((await engine.read(2000)).appendTo('', 'text')).toContain('engine_x{site="a"} 2\n');
  });
});
