import { afterEach, beforeEach, expect, test } from 'vitest';
import { waitFor } from '../../../test/support/wait-for.ts';
import {
  admin,
  digestOf,
  openSupplyBench,
  trivyReport,
  vulnerabilities,
  type SupplyBench,
} from './test-kit/supply-bench.ts';

const [a, b] = [digestOf('a'), digestOf('b')];
const one = [{ id: 'CVE-2024-1', severity: 'CRITICAL' }];
const two = [...one, { id: 'CVE-2024-2', severity: 'CRITICAL' }];

let bench: SupplyBench;
let token = '';
beforeEach(async () => {
  const scout = { cacheMs: 0, upstream: { url: '', token: '', orgs: [] } };
  bench = await openSupplyBench({ config: { scout } });
  token = await bench.addOrg('acme');
  await bench.push(trivyReport('app:1', one, { digest: a }));
  await bench.push(trivyReport('app:2', two, { digest: b }));
});
afterEach(() => bench[Symbol.asyncDispose]());

const at = (path: string) => `/api/v1/orgs/acme/environments/${path}`;
const record = (name: string, ...images: string[]) => bench.call('POST', at(name), { ...admin, body: { images } });
const rule = (name: string, kind: string, value: string) =>
  bench.call('POST', at(`${name}/rules`), { ...admin, body: { kind, value } });

async function critical(stream: string): Promise<number | undefined> {
  return vulnerabilities((await bench.scrape(token)).text, stream).CRITICAL;
}

async function environments() {
  return (await bench.call('GET', '/api/v1/orgs/acme/environments', admin)).json.items;
}

test('latest-indexed is the tag that was indexed last; scanning an older one again does not change that', async () => {
  expect(await critical('latest-indexed')).toBe(2);
  bench.advance(1000);
  await bench.push(trivyReport('app:1', one, { digest: a }));
  expect(await critical('latest-indexed')).toBe(2);
  await bench.push(trivyReport('other', one));
  expect(await critical('latest-indexed')).toBe(3);
});

test('a repository that was named by digests alone has a latest one too', async () => {
  await bench.push(trivyReport('x', two), { image: `plain@${digestOf('c')}` });
  bench.advance(1000);
  await bench.push(trivyReport('x', one), { image: `plain@${digestOf('d')}` });
  expect(await critical('latest-indexed')).toBe(3);
});

test('an environment is there as long as it has an image', async () => {
  expect((await record('production', `app@${a}`, 'app:2')).json).toMatchObject({
    name: 'production',
    images: [{ digest: a, repository: 'docker.io/library/app', recorded: true }, { digest: b }],
  });
  expect(await critical('production')).toBe(3);
  const remove = (ref: string) => bench.call('DELETE', `${at('production')}?ref=${ref}`, admin);
  expect((await remove('app:1')).status).toBe(204);
  expect(await critical('production')).toBe(2);
  expect(await remove('app:1')).toMatchObject({ status: 404, json: { code: 'ENVIRONMENT_NOT_RECORDED' } });
  expect((await remove(`app@${b}`)).status).toBe(204);
  expect(await critical('production')).toBeUndefined();
  expect(await environments()).toEqual([]);
});

test('an image is recorded by its digest before its first report, and stays when its tag moves', async () => {
  const c = digestOf('c');
  expect((await record('production', `new@${c}`)).status).toBe(200);
  expect(await critical('production')).toBe(0);
  await bench.push(trivyReport('new:1', two, { digest: c }));
  await bench.push(trivyReport('new:1', [], { digest: digestOf('d') }));
  expect(await critical('production')).toBe(2);
});

test('what is not known, or is no environment, is refused as a whole', async () => {
  expect(await record('production', 'app:1', 'nothing:1')).toMatchObject({
    status: 404,
    json: { code: 'IMAGE_UNKNOWN' },
  });
  expect(await record('production', 'A B')).toMatchObject({ status: 400, json: { code: 'IMAGE_REFERENCE' } });
  expect((await record('latest-indexed', 'app:1')).status).toBe(400);
  expect((await record('a%22b', 'app:1')).status).toBe(400);
  expect(await environments()).toEqual([]);
});

test('what runs on a host or in a stack is in an environment, and leaves it when it stops', async () => {
  expect((await rule('live', 'host', 'web-1')).status).toBe(201);
  expect((await rule('shop', 'stack', 'shop')).status).toBe(201);
  expect(await critical('live')).toBeUndefined();
  bench.run({
    'web-1': [{ image: 'app:1' }, { image: 'app:1' }, { image: 'unknown:9' }],
    'web-2': [{ image: `app:2`, project: 'shop' }],
  });
  expect(await critical('live')).toBe(1);
  expect(await critical('shop')).toBe(2);
  expect(await environments()).toMatchObject([
    { name: 'live', images: [{ digest: a, recorded: false }], rules: [{ kind: 'host', value: 'web-1' }] },
    { name: 'shop', images: [{ digest: b, recorded: false }] },
  ]);
  bench.run({ 'web-1': [{ image: 'app:1', state: 'exited' }], 'web-2': [{ image: 'app:2' }] });
  expect(await critical('live')).toBeUndefined();
  expect(await critical('shop')).toBeUndefined();
  expect(await environments()).toMatchObject([
    { name: 'live', images: [] },
    { name: 'shop', images: [] },
  ]);
  expect((await bench.call('DELETE', `${at('live/rules')}?kind=host&value=web-1`, admin)).status).toBe(204);
  expect((await bench.call('DELETE', `${at('live/rules')}?kind=host&value=web-1`, admin)).status).toBe(404);
});

test('a container runs the image that its digest or id says, whatever its tag points to now', async () => {
  await rule('live', 'host', 'web-1');
  const report = trivyReport('app:3', [], { digest: digestOf('c') });
  const metadata = (report as { Metadata: object }).Metadata;
  await bench.push({ ...report, Metadata: { ...metadata, ImageID: digestOf('e') } });
  await bench.push(trivyReport('app:3', two, { digest: digestOf('d') }));
  bench.run({ 'web-1': [{ image: 'app:3' }] });
  expect(await critical('live')).toBe(2);
  bench.run({ 'web-1': [{ image: 'app:3', imageId: digestOf('e') }] });
  expect(await critical('live')).toBe(0);
  bench.run({ 'web-1': [{ image: `app:3@${a}` }] });
  expect(await critical('live')).toBe(1);
  bench.run({ 'web-1': [{ image: 'whatever', imageId: b }] });
  expect(await critical('live')).toBe(2);
});

test('lists are pages', async () => {
  const path = '/api/v1/orgs/acme/images?limit=1';
  const first = (await bench.call('GET', path, admin)).json;
  expect(first.items).toMatchObject([{ digest: a, tags: ['1'], streams: [] }]);
  const second = (await bench.call('GET', `${path}&cursor=${String(first.next)}`, admin)).json;
  expect(second).toMatchObject({ items: [{ digest: b, tags: ['2'], streams: ['latest-indexed'] }] });
  expect(second).not.toHaveProperty('next');
});

test('what has a label is in an environment, where agents tell labels; else such a rule is refused', async () => {
  expect(await rule('live', 'label', 'tier=web')).toMatchObject({ status: 409, json: { code: 'ENVIRONMENT_LABELS' } });
  const scout = { cacheMs: 0, upstream: { url: '', token: '', orgs: [] } };
  await using labelled = await openSupplyBench({ hasLabels: true, config: { scout } });
  const mine = await labelled.addOrg('acme');
  await labelled.push(trivyReport('app:1', one, { digest: a }));
  const add = (value: string) => labelled.call('POST', at('live/rules'), { ...admin, body: { kind: 'label', value } });
  for (const value of ['tier', '=web', 'a\u0000=b']) expect((await add(value)).status).toBe(400);
  expect((await add('tier=web=1')).status).toBe(201);
  await labelled.supply.start();
  await waitFor('the names', () => labelled.supply.labelNames().length > 0);
  expect(labelled.supply.labelNames()).toEqual(['tier']);
  const live = async () => vulnerabilities((await labelled.scrape(mine)).text, 'live').CRITICAL;
  labelled.run({ 'web-1': [{ image: 'app:1', labels: { tier: 'web' } }] });
  expect(await live()).toBeUndefined();
  labelled.run({ 'web-1': [{ image: 'app:1', labels: { tier: 'web=1' } }] });
  expect(await live()).toBe(1);
});
