import { expect, test } from 'vitest';
import { labelText } from '../../metrics/labels.ts';
import { family, openMetricsBench, type MetricsBench } from './test-kit/metrics-bench.ts';

interface Page {
  items: { metric: string; labels: Record<string, string>; value: number; at: string }[];
  next?: string;
}

const web = labelText([['container_name', 'web "1"']]);
const db = labelText([['container_name', 'db']]);

/** Thirty moments, ten seconds apart; every third came late, and out of order. */
async function filled(): Promise<MetricsBench> {
  const bench = await openMetricsBench();
  const id = await bench.addHost('a');
  await bench.addHost('b');
  for (const i of Array.from({ length: 30 }, (_, n) => (n * 7) % 30)) {
    const families = [
      family('container_pids_current', [web, i], [db, 100 + i]),
      family('container_memory_usage_bytes', [web, i]),
    ];
    await bench.send(id, families, { ageMs: (30 - i) * 10_000, isLate: i % 3 === 0 });
  }
  return bench;
}

async function page(bench: MetricsBench, query: string, hosts?: readonly string[]): Promise<Page> {
  const response = await bench.get(`/api/v1/hosts/a/samples?${query}`, hosts === undefined ? {} : { hosts });
  const body = (await response.json()) as Page;
  expect(response.status, JSON.stringify(body)).toBe(200);
  return body;
}

async function all(bench: MetricsBench, query: string): Promise<Page['items']> {
  const items: Page['items'] = [];
  let cursor = '';
  for (let pages = 0; pages < 200; pages += 1) {
    const { items: more, next } = await page(bench, `${query}${cursor}`);
    items.push(...more);
    if (next === undefined) return items;
    cursor = `&cursor=${next}`;
  }
  throw new Error('the pages have no end');
}

test('every sample, in the order of their times, late ones in their place', async () => {
  await using bench = await filled();
  const { items, next } = await page(bench, 'metric=container_pids_current&container=db');
  expect(next).toBeUndefined();
  expect(items.map(({ value }) => value)).toEqual(Array.from({ length: 30 }, (_, i) => 100 + i));
  expect(items[0]).toEqual({
    metric: 'container_pids_current',
    labels: { container_name: 'db' },
    value: 100,
    at: new Date(bench.clock.now() - 300_000).toISOString(),
  });
  expect((await page(bench, '')).items).toHaveLength(90);
  expect((await page(bench, `container=${encodeURIComponent('web "1"')}`)).items).toHaveLength(60);
});

test.each([1, 2, 7, 45, 90, 91])(
  'pages of %d are the whole, without a gap and without anything twice',
  async (limit) => {
    await using bench = await filled();
    const whole = (await page(bench, '')).items;
    expect(await all(bench, `limit=${String(limit)}`)).toEqual(whole);
    const pids = whole.filter(
      ({ metric, labels }) => metric === 'container_pids_current' && labels['container_name'] === 'db',
    );
    expect(await all(bench, `limit=${String(limit)}&metric=container_pids_current&container=db`)).toEqual(pids);
  },
);

test('from and to, in both forms', async () => {
  await using bench = await filled();
  const [from, to] = [bench.clock.now() - 100_000, bench.clock.now() - 80_000];
  const seconds = `from=${String(from / 1000)}&to=${String(to / 1000)}`;
  const text = `from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`;
  for (const query of [seconds, text]) {
    const { items } = await page(bench, `${query}&metric=container_memory_usage_bytes`);
    expect(items.map(({ value }) => value)).toEqual([20, 21, 22]);
  }
});

test.each(['from=yesterday', 'limit=0', 'limit=10001', 'cursor=x', 'cursor=WyIxIiwiLTEiLCIwIl0', 'other=1'])(
  '%s is refused',
  async (query) => {
    await using bench = await filled();
    expect((await bench.get(`/api/v1/hosts/a/samples?${query}`)).status).toBe(400);
  },
);

test('a host that is not there, or not to be seen, is unknown', async () => {
  await using bench = await filled();
  expect((await bench.get('/api/v1/hosts/c/samples')).status).toBe(404);
  expect((await bench.get('/api/v1/hosts/a/samples', { hosts: ['b'] })).status).toBe(404);
  expect((await page(bench, 'limit=1', ['a'])).items).toHaveLength(1);
});

test('a batch that cannot be read costs itself alone', async () => {
  await using bench = await filled();
  const row = { hostId: 'id-of-a', bootId: 'cd'.repeat(8), isLate: false, instanceId: 'other' };
  const at = bench.clock.now() - 95_000;
  await bench.store.batches.add([
    { ...row, number: 1, at, data: Buffer.from('\u0001nonsense') },
    { ...row, number: 2, at, data: Buffer.from('\u0002of a newer server') },
  ]);
  expect((await page(bench, '')).items).toHaveLength(90);
  const metrics = await bench.scrape('/metrics');
  expect(metrics.value('tallyman_agent_samples_dropped_total', { reason: 'unreadable' })).toBeGreaterThanOrEqual(2);
});

test('many batches of one moment do not stop the reading', async () => {
  await using bench = await openMetricsBench();
  const id = await bench.addHost('a');
  for (let i = 0; i < 45; i += 1) await bench.send(id, [family('container_pids_current', [web, i])], { ageMs: 5000 });
  await bench.send(id, [family('container_pids_current', [web, 99])]);
  const values = (await all(bench, 'limit=3')).map(({ value }) => value);
  expect(values.slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  expect(values.at(-1)).toBe(99);
});
