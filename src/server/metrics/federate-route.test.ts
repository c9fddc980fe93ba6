import { expect, test } from 'vitest';
import { parseSample } from '../../../test/support/exposition-lines.ts';
import { labelText } from '../../metrics/labels.ts';
import { family, openMetricsBench, type MetricsBench } from './test-kit/metrics-bench.ts';

const web = labelText([['container_name', 'web']]);
const db = labelText([['container_name', 'db']]);

function matching(...selectors: readonly string[]): string {
  return `/federate?${selectors.map((one) => `match[]=${encodeURIComponent(one)}`).join('&')}`;
}

async function lines(bench: MetricsBench, path: string, hosts?: readonly string[]): Promise<string[]> {
  const response = await bench.get(path, hosts === undefined ? {} : { hosts });
  const text = await response.text();
  expect(response.status, text).toBe(200);
  expect(response.headers.get('content-type')).toMatch('text/plain; version=0.0.4');
  return text.split('\n').slice(0, -1);
}

async function filled(): Promise<MetricsBench> {
  const bench = await openMetricsBench();
  for (const name of ['a', 'b']) {
    const id = await bench.addHost(name);
    await bench.hear(id);
    await bench.send(
      id,
      [
        family('container_pids_current', [web, 1], [db, 2]),
        family('container_cpu_usage_seconds_total', [web, 1.5]),
        family('container_memory_usage_bytes', [web, 5]),
      ],
      { ageMs: 4000 },
    );
  }
  return bench;
}

test('what the selectors choose, by name, with the times the samples were taken', async () => {
  await using bench = await filled();
  const taken = String(bench.clock.now() - 4000);
  expect(await lines(bench, matching('{__name__=~"container_.+",container_name="web",host="a"}', 'container_pids_current{host="b"}'))).toEqual([
    '# TYPE container_cpu_usage_seconds_total counter',
    `container_cpu_usage_seconds_total{host="a",container_name="web"} 1.5 ${taken}`,
    '# TYPE container_memory_usage_bytes gauge',
    `container_memory_usage_bytes{host="a",container_name="web"} 5 ${taken}`,
    '# TYPE container_pids_current gauge',
    `container_pids_current{host="a",container_name="web"} 1 ${taken}`,
    `container_pids_current{host="b",container_name="web"} 1 ${taken}`,
    `container_pids_current{host="b",container_name="db"} 2 ${taken}`,
  ]); // prettier-ignore
  expect(await lines(bench, matching('nothing'))).toEqual([]);
});

test("the server's own samples too, with the time of the scrape; histograms by their samples", async () => {
  await using bench = await filled();
  bench.metrics.counters.roundTrip('a', 0.5);
  const now = String(bench.clock.now());
  expect(await lines(bench, matching('dockmesh_hosts_total{status="online"}'))).toEqual([
    '# TYPE dockmesh_hosts_total gauge',
    `dockmesh_hosts_total{status="online"} 2 ${now}`,
  ]);
  expect(await lines(bench, matching('dockmesh_agent_rtt_seconds_bucket{le=~"0.25|0.5"}', '{__name__=~".*_rtt_.*_count"}'))).toEqual([
    '# TYPE dockmesh_agent_rtt_seconds_bucket untyped',
    `dockmesh_agent_rtt_seconds_bucket{host="a",le="0.25"} 0 ${now}`,
    `dockmesh_agent_rtt_seconds_bucket{host="a",le="0.5"} 1 ${now}`,
    '# TYPE dockmesh_agent_rtt_seconds_count untyped',
    `dockmesh_agent_rtt_seconds_count{host="a"} 1 ${now}`,
  ]); // prettier-ignore
});

test('late samples come with their own times, before what is current, each once, for five minutes', async () => {
  await using bench = await filled();
  const id = 'id-of-a';
  for (const ageMs of [90_000, 120_000, 105_000]) {
    await bench.send(id, [family('container_pids_current', [web, ageMs / 1000])], { ageMs, isLate: true });
  }
  const now = bench.clock.now();
  const read = async (hosts?: readonly string[]): Promise<unknown> =>
    (await lines(bench, matching('container_pids_current{container_name="web",host="a"}'), hosts))
      .filter((line) => !line.startsWith('#'))
      .map((line) => parseSample(line, 'prometheus'))
      .map(({ value, timestamp = 0 }) => [value, now / 1000 - timestamp]);
  const late = [
    [120, 120],
    [105, 105],
    [90, 90],
  ];
  expect(await read()).toEqual([...late, [1, 4]]);
  expect(await read(['a'])).toEqual([...late, [1, 4]]);
  expect(await read(['b'])).toEqual([]);
  bench.clock.advance(299_000);
  expect(await read()).toEqual(late);
  bench.clock.advance(2000);
  expect(await read()).toEqual([]);
});

test('every series is in the order of its times, whatever comes when', async () => {
  await using bench = await filled();
  for (const [i, ageMs] of [50_000, 200_000, 70_000, 10_000, 130_000].entries()) {
    const families = [
      family('container_pids_current', [web, i], [db, i]),
      family('container_memory_usage_bytes', [web, i]),
    ];
    await bench.send(i % 2 === 0 ? 'id-of-a' : 'id-of-b', families, { ageMs, isLate: true });
  }
  const times = new Map<string, number[]>();
  for (const line of await lines(bench, matching('{__name__=~".+"}'))) {
    if (line.startsWith('#')) continue;
    const { name, labels, timestamp = 0 } = parseSample(line, 'prometheus');
    const key = JSON.stringify([name, labels]);
    times.set(key, [...(times.get(key) ?? []), timestamp]);
  }
  expect(Math.max(...[...times.values()].map((all) => all.length))).toBeGreaterThan(3);
  for (const [key, all] of times) expect(all, key).toEqual([...new Set(all)].toSorted((a, b) => a - b));
});

test('who is limited to hosts federates those alone', async () => {
  await using bench = await filled();
  const found = await lines(bench, matching('{__name__=~".+"}'), ['b']);
  const hosts = found.flatMap((line) =>
    line.startsWith('#') ? [] : (parseSample(line, 'prometheus').labels['host'] ?? []),
  );
  expect(new Set(hosts)).toEqual(new Set(['b']));
  expect(found.some((line) => line.startsWith('process_'))).toBe(false);
});

test.each([
  ['/federate', 'FEDERATE_MATCH_MISSING', 'percent-encoded'],
  ['/federate?match[]=', 'FEDERATE_MATCH_INVALID', 'not a selector'],
  [matching('up', '{a=~"("}'), 'FEDERATE_MATCH_INVALID', 'closing parenthesis'],
  [matching(...Array.from({ length: 51 }, () => 'up')), 'FEDERATE_MATCH_INVALID', 'at most 50'],
])('%s is refused: %s', async (path, code, words) => {
  await using bench = await openMetricsBench();
  const response = await bench.get(path);
  expect(response.status).toBe(400);
  const problem = (await response.json()) as { code: string; detail: string };
  expect(problem.code).toBe(code);
  expect(problem.detail).toContain(words);
});

test('patterns that cost too much are refused, and nothing is held up', async () => {
  await using bench = await openMetricsBench();
  const id = await bench.addHost('a');
  await bench.hear(id);
  const long = 'ab'.repeat(2000);
  const many = Array.from(
    { length: 50 },
    (_, i) => [labelText([['container_name', `${long}${String(i)}`]]), i] as const,
  );
  await bench.send(id, [family('container_pids_current', ...many)]);
  const response = await bench.get(matching('{container_name=~"(a?b?){400}c"}'));
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ code: 'FEDERATE_COSTLY' });
});

test('of more late samples than one answer takes, the oldest come, and the API has them all', async () => {
  await using bench = await openMetricsBench();
  const id = await bench.addHost('a');
  await bench.hear(id);
  const labels = Array.from({ length: 60_000 }, (_, i) => labelText([['container_name', `c${String(i)}`]]));
  for (let i = 1; i <= 10; i += 1) {
    const families = [{ name: 'container_pids_current', labels, values: labels.map(() => i) }];
    await bench.send(id, families, { ageMs: 1_000_000 - i * 10_000, isLate: true });
  }
  const found = await lines(bench, matching('container_pids_current'));
  const values = found.filter((line) => !line.startsWith('#')).map((line) => parseSample(line, 'prometheus').value);
  expect(values).toHaveLength(540_000);
  expect(Math.max(...new Set(values))).toBe(9);
  expect(await lines(bench, matching('container_pids_current{container_name="c7"}'))).toHaveLength(11);
});
