import { expect, test } from 'vitest';
import { openMetricsBench, type MetricsBench } from './test-kit/metrics-bench.ts';

const exporter = { address: '10.0.0.5', port: 9338, tls: false, path: '/metrics' };

async function withExporter(bench: MetricsBench, name: string, text: string): Promise<string> {
  const id = await bench.addHost(name);
  await bench.store.hosts.update(id, { exporter: text });
  return id;
}

test('the exporters of the hosts that are seen, as Prometheus reads them', async () => {
  await using bench = await openMetricsBench();
  const id = await withExporter(bench, 'a', JSON.stringify(exporter));
  await bench.hear(id);
  await withExporter(bench, 'b', JSON.stringify({ address: 'fd00::5', port: 443, tls: true, path: '/m' }));
  await bench.addHost('without');
  for (const [i, text] of ['{', '{"address":""}', '[]', 'null'].entries())
    await withExporter(bench, `bad${String(i)}`, text);
  const response = await bench.get('/api/v1/sd');
  expect(response.headers.get('content-type')).toMatch('application/json');
  const groups = [
    {
      targets: ['10.0.0.5:9338'],
      labels: {
        __meta_tallyman_host: 'a',
        __meta_tallyman_status: 'online',
        __metrics_path__: '/metrics',
        __scheme__: 'http',
        host: 'a',
      },
    },
    {
      targets: ['[fd00::5]:443'],
      labels: {
        __meta_tallyman_host: 'b',
        __meta_tallyman_status: 'offline',
        __metrics_path__: '/m',
        __scheme__: 'https',
        host: 'b',
      },
    },
  ];
  expect(await response.json()).toEqual(groups);
  expect(await (await bench.get('/api/v1/sd', { hosts: ['b', 'without'] })).json()).toEqual(groups.slice(1));
});
