import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseExposition } from '../../../../test/support/exposition-parser.ts';
import {
  admin,
  digestOf,
  openSupplyBench,
  samplesOf,
  trivyReport,
  vulnerabilities,
  type SupplyBench,
} from '../test-kit/supply-bench.ts';

let bench: SupplyBench;
let token = '';
beforeEach(async () => {
  bench = await openSupplyBench();
  token = await bench.addOrg('acme');
});
afterEach(() => bench[Symbol.asyncDispose]());

const paths = ['/v1/exporter/org/acme', '/v1/exporter/org/acme/metrics'];
const two = [
  { id: 'CVE-2024-1', severity: 'CRITICAL' },
  { id: 'CVE-2024-2', severity: 'LOW' },
];

for (const path of paths)
  describe(`GET ${path}`, () => {
    const get = (options: { token?: string; headers?: Record<string, string> } = {}, at = path) =>
      bench.call('GET', at, options);

    test('200 for the token of an owner', async () => {
      await bench.push(trivyReport('app:1', two));
      const answer = await get({ token });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
      expect(vulnerabilities(answer.text, 'latest-indexed')).toEqual({
        ...{ CRITICAL: 1, HIGH: 0, MEDIUM: 0, LOW: 1, UNSPECIFIED: 0 },
      });
      expect(answer.text).toContain(
        'scout_policy_evaluated_images{displayName="Default non-root user",id="no-default-root-user",streamName="latest-indexed"} 1',
      );
    });

    test('401 without a token, for an unknown, an expired and a revoked one, and it says Bearer', async () => {
      const expiring = await bench.call('POST', '/api/v1/orgs/acme/tokens', {
        ...admin,
        body: { name: 'short', expires: '10s' },
      });
      const short = String(expiring.json.token);
      expect((await get({ token: short })).status).toBe(200);
      bench.advance(10_000);
      const revoked = await bench.call('DELETE', '/api/v1/tokens/of-acme', admin);
      expect(revoked.status).toBe(204);
      const unknown = [`tmp_${'x'.repeat(43)}`, 'tmp_', `tmn_${'x'.repeat(43)}`, 'dckr_pat_x', "' or 1=1 --"];
      const refused = [get(), ...[short, token, ...unknown].map((one) => get({ token: one }))];
      for (const answer of await Promise.all([...refused, get({ headers: { authorization: 'Basic YTpi' } })])) {
        expect(answer.status).toBe(401);
        expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer /);
        expect(answer.headers.get('content-type')).toBe('application/problem+json');
      }
      expect((await get({ token: short })).json.code).toBe('TOKEN_EXPIRED');
      expect((await get({ token })).json.code).toBe('TOKEN_INVALID');
    });

    test('403 for the token of another organisation, of whoever owns it no more, and for every other kind of token', async () => {
      const other = await bench.addOrg('other');
      expect(await get({ token: other })).toMatchObject({ status: 403, json: { code: 'ORG_TOKEN_OTHER' } });
      for (const role of ['admin', 'viewer', 'scraper'])
        expect(await get({ token: await bench.token(role) })).toMatchObject({
          status: 403,
          json: { code: 'ORG_TOKEN_OTHER' },
        });
      expect((await get({ token })).status).toBe(200);
    });

    test('404 for no such organisation, told only to who is known', async () => {
      const nowhere = path.replace('acme', 'nowhere');
      expect(await get({ token }, nowhere)).toMatchObject({ status: 404, json: { code: 'ORG_UNKNOWN' } });
      expect((await get({}, nowhere)).status).toBe(401);
      for (const name of ['%00', '%2e%2e', "a'b", 'a%20b', 'x'.repeat(500), '%F0%9F%90%B3'])
        expect((await get({ token }, path.replace('acme', name))).status).toBe(404);
    });
  });

test('a token ends with its owner, and is good for nothing else', async () => {
  for (const path of ['/api/v1/orgs', '/metrics', '/api/v1/orgs/acme/images', '/api/v1/session'])
    expect([401, 404]).toContain((await bench.call('GET', path, { token })).status);
  await bench.store.users.remove('ann');
  expect((await bench.scrape(token)).status).toBe(401);
  // One that was kept by whatever means is as good as none.
  await bench.store.users.create({ name: 'eve', role: 'admin', passwordHash: '' });
  const { sha256 } = await import('../../auth/secret.ts');
  const kept = `tmp_${'y'.repeat(43)}`;
  const scope = JSON.stringify({ org: 'acme', user: 'eve' });
  const row = { name: 'kept', hash: sha256(kept), kind: 'org', role: '', hosts: undefined, scope, createdBy: '' };
  await bench.store.tokens.create({ ...row, expiresAt: undefined });
  expect(await bench.scrape(kept)).toMatchObject({ status: 403, json: { code: 'ORG_TOKEN_OWNER' } });
});

describe('the cache', () => {
  test('serves the same body inside of the window, and says how old it is', async () => {
    await bench.push(trivyReport('app:1', two));
    const first = await bench.scrape(token);
    expect(first.headers.get('age')).toBe('0');
    expect(first.headers.get('cache-control')).toBe('private, max-age=3600');
    bench.advance(59 * 60_000 + 59_000);
    await bench.push(trivyReport('app:1', []));
    const second = await bench.scrape(token);
    expect(second.text).toBe(first.text);
    expect(second.headers.get('age')).toBe('3599');
    bench.advance(1000);
    const third = await bench.scrape(token);
    expect(third.headers.get('age')).toBe('0');
    expect(vulnerabilities(third.text, 'latest-indexed')).toMatchObject({ CRITICAL: 0, LOW: 0 });
  });

  test('holds across a restart, and for both formats', async () => {
    await bench.push(trivyReport('app:1', two));
    const first = await bench.scrape(token);
    await bench.push(trivyReport('app:1', []));
    bench.advance(1000);
    await bench.restart();
    const again = await bench.scrape(token);
    expect(again.text).toBe(first.text);
    expect(again.headers.get('age')).toBe('1');
    const open = await bench.scrape(token, 'acme', { accept: 'application/openmetrics-text; version=1.0.0' });
    expect(open.text).toBe(`${first.text}# EOF\n`);
    expect(open.headers.get('age')).toBe('1');
  });

  test('is of one organisation', async () => {
    const other = await bench.addOrg('other');
    await bench.push(trivyReport('app:1', two));
    expect(vulnerabilities((await bench.scrape(token)).text, 'latest-indexed')).toMatchObject({ CRITICAL: 1 });
    expect(vulnerabilities((await bench.scrape(other, 'other')).text, 'latest-indexed')).toMatchObject({ CRITICAL: 0 });
  });

  test('a revoked token is refused inside of the window too', async () => {
    expect((await bench.scrape(token)).status).toBe(200);
    await bench.call('DELETE', '/api/v1/tokens/of-acme', admin);
    expect((await bench.scrape(token)).status).toBe(401);
  });

  test('scrapes at the same moment are evaluated once', async () => {
    let asked = 0;
    await using counted = await openSupplyBench({
      wrap: (store) => ({
        ...store,
        images: {
          ...store.images,
          all: (org) => {
            asked += 1;
            return store.images.all(org);
          },
        },
      }),
    });
    const mine = await counted.addOrg('acme');
    await counted.push(trivyReport('app:1', two));
    const answers = await Promise.all(Array.from({ length: 20 }, () => counted.scrape(mine)));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(asked).toBe(1);
  });

  test('with 0, each scrape is evaluated', async () => {
    const scout = { cacheMs: 0, upstream: { url: '', token: '', orgs: [] } };
    await using fresh = await openSupplyBench({ config: { scout } });
    const mine = await fresh.addOrg('acme');
    await fresh.push(trivyReport('app:1', two));
    expect(vulnerabilities((await fresh.scrape(mine)).text, 'latest-indexed')).toMatchObject({ CRITICAL: 1 });
    await fresh.push(trivyReport('app:1', []));
    const answer = await fresh.scrape(mine);
    expect(vulnerabilities(answer.text, 'latest-indexed')).toMatchObject({ CRITICAL: 0 });
    expect(answer.headers.get('cache-control')).toBe('private, max-age=0');
  });
});

test('OpenMetrics and gzip on request; both can be read', async () => {
  await bench.push(trivyReport('app:1', two));
  const open = await bench.scrape(token, 'acme', {
    accept: 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5',
  });
  expect(open.headers.get('content-type')).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
  parseExposition(open.text, 'openmetrics');
  const path = '/v1/exporter/org/acme';
  const request = new Request(`http://fleet.example${path}`, {
    headers: { authorization: `Bearer ${token}`, 'accept-encoding': 'gzip' },
  });
  const packed = await bench.api.fetch(request, { remoteAddress: '', isTls: false });
  expect(packed.headers.get('content-encoding')).toBe('gzip');
  const text = gunzipSync(Buffer.from(await packed.arrayBuffer())).toString();
  parseExposition(text, 'prometheus');
  expect(`${text}# EOF\n`).toBe(open.text);
});

test('every stream has every severity and both sides of every enabled policy, and goes with its images', async () => {
  const scout = { cacheMs: 0, upstream: { url: '', token: '', orgs: [] } };
  await using fresh = await openSupplyBench({ config: { scout } });
  const mine = await fresh.addOrg('acme');
  const names = async () => {
    const series = Object.keys(samplesOf((await fresh.scrape(mine)).text));
    return Map.groupBy(series, (one) => /streamName="([^"]*)"/.exec(one)?.[1]);
  };
  expect([...(await names())].map(([name, series]) => [name, series.length])).toEqual([['latest-indexed', 5 + 14]]);
  const digest = digestOf('a');
  await fresh.push(trivyReport('app:1', two, { digest }));
  const environment = '/api/v1/orgs/acme/environments/production';
  await fresh.call('POST', environment, { ...admin, body: { images: [`app@${digest}`] } });
  expect([...(await names())].map(([name, series]) => [name, series.length])).toEqual([
    ['latest-indexed', 19],
    ['production', 19],
  ]);
  await fresh.call('PUT', '/api/v1/orgs/acme/policies/approved-base-images', { ...admin, body: { enabled: false } });
  expect([...(await names()).values()].map((series) => series.length)).toEqual([17, 17]);
  await fresh.call('DELETE', `/api/v1/orgs/acme/image?ref=${digest}`, admin);
  expect([...(await names()).keys()]).toEqual(['latest-indexed']);
});

test('a policy whose name would break a line does not', async () => {
  const displayName = 'a "quoted" \\ name, with # and } in it';
  const body = { displayName, expression: 'size(findings) == 0' };
  expect((await bench.call('PUT', '/api/v1/orgs/acme/policies/own', { ...admin, body })).status).toBe(200);
  const { text } = await bench.scrape(token);
  parseExposition(text, 'prometheus');
  expect(samplesOf(text)).toHaveProperty([
    `scout_policy_evaluated_images{displayName="a \\"quoted\\" \\\\ name, with # and } in it",id="own",streamName="latest-indexed"}`,
  ]);
});
