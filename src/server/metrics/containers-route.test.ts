import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { parseExposition } from '../../../test/support/exposition-parser.ts';
import { labelText } from '../../metrics/labels.ts';
import { toCurrent } from '../samples/current-samples.ts';
import { containersExposition } from './containers-exposition.ts';
import { family, openMetricsBench } from './test-kit/metrics-bench.ts';

const web = labelText([['container_name', 'web']]);
const hostile = labelText([['container_name', 'x"} 1\nup{a="b\\']]);

test('all hosts in one exposition, family by family, with the host first', async () => {
  await using bench = await openMetricsBench();
  for (const name of ['b', 'a']) {
    const id = await bench.addHost(name);
    await bench.hear(id);
    await bench.send(id, [
      family('container_pids_current', [web, 3]),
      family('container_memory_usage_bytes', [web, 1e6], [hostile, 2]),
      family('docker_containers_total', ['', 4]),
      family('of_no_exporter', ['', 4]),
    ]);
  }
  const text = await (await bench.get('/metrics/containers')).text();
  expect(text).toBe(
    String.raw`# HELP container_memory_usage_bytes Memory in use, page cache included.
# TYPE container_memory_usage_bytes gauge
container_memory_usage_bytes{host="a",container_name="web"} 1000000
container_memory_usage_bytes{host="a",container_name="x\"} 1\nup{a=\"b\\"} 2
container_memory_usage_bytes{host="b",container_name="web"} 1000000
container_memory_usage_bytes{host="b",container_name="x\"} 1\nup{a=\"b\\"} 2
# HELP container_pids_current Processes and threads.
# TYPE container_pids_current gauge
container_pids_current{host="a",container_name="web"} 3
container_pids_current{host="b",container_name="web"} 3
# HELP docker_containers_total Containers, running or not.
# TYPE docker_containers_total gauge
docker_containers_total{host="a"} 4
docker_containers_total{host="b"} 4
`.replace(/Containers, running or not\./, /docker_containers_total (.*)/.exec(text)?.[1] ?? ''),
  );
});

test('OpenMetrics, and every encoding', async () => {
  await using bench = await openMetricsBench();
  const id = await bench.addHost('a');
  await bench.hear(id);
  await bench.send(id, [family('container_cpu_usage_seconds_total', [web, 3.5])]);
  const accept = 'application/openmetrics-text';
  const decoders = { gzip: gunzipSync, zstd: zstdDecompressSync, identity: (bytes: Uint8Array) => bytes };
  for (const [encoding, decode] of Object.entries(decoders)) {
    const response = await bench.get('/metrics/containers', { headers: { accept, 'accept-encoding': encoding } });
    expect(response.headers.get('content-encoding') ?? 'identity').toBe(encoding);
    const text = Buffer.from(decode(new Uint8Array(await response.arrayBuffer()))).toString('utf8');
    expect(parseExposition(text, 'openmetrics').value('container_cpu_usage_seconds_total', { host: 'a' })).toBe(3.5);
  }
});

test('without hosts it is empty, and whole', async () => {
  await using bench = await openMetricsBench();
  expect(await (await bench.get('/metrics/containers')).text()).toBe('');
  const headers = { accept: 'application/openmetrics-text' };
  expect(await (await bench.get('/metrics/containers', { headers })).text()).toBe('# EOF\n');
});

test('hosts that are offline, removed, or whose samples are old are left out; so is who may not be seen', async () => {
  await using bench = await openMetricsBench();
  const ids: Record<string, string> = {};
  for (const name of ['ok', 'offline', 'removed', 'old']) {
    const id = await bench.addHost(name);
    ids[name] = id;
    await bench.hear(id);
    await bench.send(id, [family('container_pids_current', [web, 1])]);
  }
  bench.clock.advance(45_000);
  for (const name of ['ok', 'removed', 'old']) await bench.hear(ids[name] ?? '');
  for (const name of ['ok', 'removed']) {
    await bench.send(ids[name] ?? '', [family('container_pids_current', [web, 2])]);
  }
  bench.clock.advance(16_000);
  await bench.store.hosts.remove('removed');
  const hostsOf = async (hosts?: readonly string[]): Promise<unknown> =>
    (await bench.scrape('/metrics/containers', hosts))
      .find('container_pids_current')
      .map(({ labels, value }) => [labels['host'], value]);
  expect(await hostsOf()).toEqual([['ok', 2]]);
  expect(await hostsOf(['ok', 'offline'])).toEqual([['ok', 2]]);
  expect(await hostsOf(['offline'])).toEqual([]);
  // The name belongs to another host now, whose samples these are not.
  await bench.store.hosts.create({ id: 'another', name: 'removed', agentUrl: '' });
  await bench.store.hosts.update('another', { joinedAt: bench.clock.now() });
  await bench.hear('another');
  expect(await hostsOf()).toEqual([['ok', 2]]);
});

test('a client that goes away ends the work', async () => {
  await using bench = await openMetricsBench();
  const id = await bench.addHost('a');
  await bench.hear(id);
  const many = Array.from({ length: 50_000 }, (_, i) => [labelText([['container_name', `c${String(i)}`]]), i] as const);
  await bench.send(id, [family('container_pids_current', ...many)]);
  for (const encoding of ['identity', 'gzip']) {
    const response = await bench.get('/metrics/containers', { headers: { 'accept-encoding': encoding } });
    const reader = response.body?.getReader();
    expect((await reader?.read())?.done).toBe(false);
    await reader?.cancel();
  }
  expect((await bench.scrape('/metrics/containers')).find('container_pids_current')).toHaveLength(50_000);
});

test('pieces stay small, however many samples there are', () => {
  const labels = Array.from({ length: 20_000 }, (_, i) => labelText([['container_name', `container-${String(i)}`]]));
  const families = ['container_pids_current', 'container_memory_usage_bytes'].map((name) => ({
    name,
    labels,
    values: labels.map((_, i) => i),
  }));
  const samples = toCurrent('id', 0, families, undefined);
  const pieces = [...containersExposition([{ host: 'a', samples }], 'text')];
  expect(pieces.length).toBeGreaterThan(10);
  for (const piece of pieces) expect(piece.length).toBeLessThan(140 * 1024);
  expect(parseExposition(pieces.join(''), 'prometheus').find('container_pids_current')).toHaveLength(20_000);
});
