import { pino } from 'pino';
import { expect, test } from 'vitest';
import { TallymanError } from '../../base/errors.ts';
import { permissions } from '../../protocol/permissions.ts';
import type { Store } from '../../store/store.ts';
import type { Principal } from '../principal.ts';
import { defineApiRoute, type ApiRoute } from './api-route.ts';
import { createApi, type ApiOptions } from './create-api.ts';
import { openApiBench } from './test-kit/api-bench.ts';

const route = (change: Partial<ApiRoute>): ApiRoute => ({
  ...defineApiRoute({
    method: 'GET',
    path: '/api/v1/extra',
    permission: 'open',
    tag: 'extra',
    summary: 'Of another part of the server',
    handle: () => Promise.resolve({}),
  }),
  ...change,
});

const broken =
  (code: string) =>
  (store: Store): Store => ({
    ...store,
    now: () => Promise.reject(new TallymanError(code, 'postgres://user:secret@10.0.0.1 does not answer')),
    tokens: { ...store.tokens, find: () => Promise.reject(new TallymanError(code, 'secret')) },
  });

test.each([
  ['STORE_UNAVAILABLE', 'DATABASE_UNAVAILABLE'],
  ['STORE_FULL', 'DATABASE_FULL'],
])('%s is 503, and says no more than that', async (thrown, told) => {
  await using bench = await openApiBench({ wrap: broken(thrown) });
  for (const path of ['/ready', '/api/v1/hosts']) {
    const { status, headers, json, text } = await bench.call('GET', path, { token: `tmn_${'a'.repeat(43)}` });
    expect([status, json.code, headers.get('retry-after')]).toEqual([503, told, '5']);
    expect(text).not.toContain('secret');
  }
  expect((await bench.call('GET', '/health')).text).toBe('ok\n');
});

test('what nobody expected is 500 without details, and in the log under its instance', async () => {
  const lines: string[] = [];
  const log = pino({ base: null }, { write: (line: string) => void lines.push(line) });
  const handle = (): Promise<never> => Promise.reject(new Error('a secret detail'));
  await using bench = await openApiBench({ routes: [route({ handle })], log });
  const { status, json, text } = await bench.call('GET', '/api/v1/extra');
  expect([status, json.code]).toEqual([500, 'INTERNAL']);
  expect(text).not.toContain('secret');
  expect(json.instance).toMatch(/^urn:uuid:/);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('a secret detail');
  expect(lines[0]).toContain(String(json.instance));
  expect(bench.counted).toEqual(['GET /api/v1/extra 500']);
});

test('each answer is counted once, by the pattern of its route', async () => {
  const controller = new AbortController();
  const left = route({
    path: '/api/v1/left',
    handle: () => {
      controller.abort();
      return Promise.reject(new Error('nobody is there'));
    },
  });
  await using bench = await openApiBench({ routes: [left] });
  const token = await bench.token('viewer');
  await bench.call('GET', '/api/v1/hosts/alpha', { token });
  await bench.call('GET', '/api/v1/hosts/alpha');
  await bench.call('GET', '/api/v1/tokens', { token });
  await bench.call('GET', '/api/v1/hosts/unknown', { token });
  await bench.call('GET', '/no/such/path/4711');
  await bench.call('PUT', '/api/v1/hosts/alpha', { token });
  await bench.call('HEAD', '/health');
  await bench.call('PROPFIND', '/health');
  const request = new Request('http://fleet.example/api/v1/left', { signal: controller.signal });
  const { status } = await bench.api.fetch(request, { remoteAddress: '', isTls: false });
  expect(status).toBe(499);
  await bench.api.unreadable();
  expect(bench.counted).toEqual([
    'GET /api/v1/hosts/:name 200',
    'GET /api/v1/hosts/:name 401',
    'GET /api/v1/tokens 403',
    'GET /api/v1/hosts/:name 404',
    'GET unmatched 404',
    'PUT unmatched 405',
    'HEAD /health 200',
    'other unmatched 405',
    'GET /api/v1/left 499',
    'other unmatched 400',
  ]);
});

test('a wrong method is told which are right, and nothing is said to other sites', async () => {
  await using bench = await openApiBench();
  const allow = async (method: string, path: string): Promise<unknown> => {
    const { status, headers } = await bench.call(method, path, { headers: { origin: 'http://evil.example' } });
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    return [status, headers.get('allow')];
  };
  expect(await allow('PUT', '/api/v1/hosts')).toEqual([405, 'GET, HEAD, POST']);
  expect(await allow('OPTIONS', '/api/v1/hosts')).toEqual([405, 'GET, HEAD, POST']);
  expect(await allow('HEAD', '/api/v1/server/backup')).toEqual([405, 'GET']);
  expect(await allow('PUT', '/api/v1/nothing')).toEqual([404, null]);
  expect(await allow('GET', '/api/v1/hosts/')).toEqual([404, null]);
  expect(await allow('GET', '//api/v1/hosts')).toEqual([404, null]);
});

test('a path is what was sent, a name in it may be encoded', async () => {
  await using bench = await openApiBench();
  const token = await bench.token('viewer');
  expect((await bench.call('GET', '/%68ealth')).status).toBe(404);
  expect((await bench.call('GET', '/api%2Fv1/hosts', { token })).status).toBe(404);
  expect((await bench.call('GET', '/api/v1/hosts/alph%61', { token })).json.name).toBe('alpha');
});

test('every answer has the security headers, unless it brings its own', async () => {
  const own = route({
    handle: () => Promise.resolve(new Response('x', { headers: { 'Cache-Control': 'max-age=60' } })),
  });
  await using bench = await openApiBench({ routes: [own] });
  for (const path of ['/health', '/api/v1/hosts', '/nothing', '/api/v1/openapi.json']) {
    const { headers } = await bench.call('GET', path);
    expect(headers.get('x-content-type-options'), path).toBe('nosniff');
    expect(headers.get('cache-control'), path).toBe('no-store');
    expect(headers.get('content-security-policy'), path).toContain("default-src 'none'");
  }
  expect((await bench.call('GET', '/api/v1/extra')).headers.get('cache-control')).toBe('max-age=60');
});

test('a body has a bound, whether it says its length or not', async () => {
  await using bench = await openApiBench();
  const token = await bench.token('admin');
  const large = JSON.stringify({ name: 'x'.repeat(1024 * 1024) });
  const announced = await bench.call('POST', '/api/v1/tokens', { token, body: large });
  expect([announced.status, announced.json.code]).toEqual([413, 'BODY_TOO_LARGE']);
  let sent = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 65_536;
      controller.enqueue(new Uint8Array(65_536));
    },
  });
  const request = new Request('http://fleet.example/api/v1/tokens', {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: endless,
    duplex: 'half',
  });
  expect((await bench.api.fetch(request, { remoteAddress: '', isTls: false })).status).toBe(413);
  expect(sent).toBeLessThan(2 * 1024 * 1024);
});

test('metrics are for everybody where the server says so, the API is not', async () => {
  const metrics = ['/metrics', '/api/v1/sd'].map((path) =>
    route({ path, permission: 'metrics.read', handle: ({ principal }) => Promise.resolve(principal.hosts ?? 'all') }),
  );
  await using closed = await openApiBench({ routes: metrics });
  expect((await closed.call('GET', '/metrics')).status).toBe(401);
  await using bench = await openApiBench({ routes: metrics, isMetricsPublic: true });
  const status = async (path: string, token?: string): Promise<number> =>
    (await bench.call('GET', path, token === undefined ? {} : { token })).status;
  expect(await status('/metrics')).toBe(200);
  expect(await status('/metrics', await bench.tokenFor([]))).toBe(200);
  expect(await status('/metrics', 'tmn_wrong')).toBe(401);
  expect(await status('/api/v1/sd')).toBe(401);
  expect(await status('/api/v1/hosts')).toBe(401);
});

test("a command on the server's machine is who it says, without token or session", async () => {
  await using bench = await openApiBench();
  const local: Principal = { kind: 'local', name: 'local', permissions: new Set(permissions), hosts: undefined };
  const made = await bench.call('POST', '/api/v1/tokens', {
    principal: local,
    body: { name: 'first', role: 'scraper' },
  });
  expect([made.status, made.json.createdBy]).toEqual([201, 'local']);
  expect((await bench.entries())[0]).toMatchObject({ actor: 'local', action: 'token.create' });
  const scraper = { ...local, permissions: new Set(['metrics.read'] as const) };
  expect((await bench.call('GET', '/api/v1/hosts', { principal: scraper })).status).toBe(403);
});

test('a route that changes something and leaves no entry is found out', async () => {
  await using bench = await openApiBench({ routes: [route({ method: 'POST', audit: 'extra.change' })] });
  expect((await bench.call('POST', '/api/v1/extra')).status).toBe(500);
});

test.each<[string, Partial<ApiRoute>]>([
  ['without an entry', { method: 'POST' }],
  ['declared twice', { path: '/health' }],
  ['parameters', { path: '/api/v1/extra/:name' }],
  ['fleet-wide', { isFleetWide: true }],
])('a table of routes that breaks a rule is refused: %s', async (words, change) => {
  await using bench = await openApiBench();
  const options: Partial<ApiOptions> = { store: bench.store, routes: [route(change)] };
  expect(() => createApi(options as ApiOptions)).toThrow(words);
});
