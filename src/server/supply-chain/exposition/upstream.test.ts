import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { waitFor } from '../../../../test/support/wait-for.ts';
import { openSupplyBench, type SupplyBench } from '../test-kit/supply-bench.ts';

const hour = 3_600_000;
const page = 'scout_stream_vulnerabilities{severity="CRITICAL",streamName="latest-indexed"} 7\n';

/** Stands in for Docker's exporter. */
let server: Server;
let asked: IncomingMessage[] = [];
let reply: (response: ServerResponse) => void = () => undefined;
let bench: SupplyBench;
let token = '';

const good =
  (text = page) =>
  (response: ServerResponse) =>
    void response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(text);
const status = (code: number) => (response: ServerResponse) =>
  void response.writeHead(code, { location: 'http://127.0.0.1:1/' }).end('no');

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    asked.push(request);
    reply(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const scout = { cacheMs: 0, upstream: { url, token: 'dckr_pat_secret', orgs: ['acme'] } };
  bench = await openSupplyBench({ config: { scout } });
  token = await bench.addOrg('acme');
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
  server.closeAllConnections();
  server.close();
});

test('its page is served under both paths, asked for at most once an hour', async () => {
  reply = good();
  const answers = await Promise.all(Array.from({ length: 10 }, () => bench.scrape(token)));
  expect(answers.map(({ status, text }) => [status, text])).toEqual(answers.map(() => [200, page]));
  bench.advance(hour - 1000);
  reply = good('new 1\n');
  const other = await bench.call('GET', '/v1/exporter/org/acme', { token });
  expect(other.text).toBe(page);
  expect(other.headers.get('age')).toBe('3599');
  await bench.restart();
  expect((await bench.scrape(token)).text).toBe(page);
  expect(asked.map(({ url, headers }) => [url, headers.authorization])).toEqual([
    ['/v1/exporter/org/acme/metrics', 'Bearer dckr_pat_secret'],
  ]);
  bench.advance(1000);
  expect((await bench.scrape(token)).text).toBe('new 1\n');
  expect(asked).toHaveLength(2);
});

test("needs an owner's token of ours, and shows Docker's to nobody", async () => {
  reply = good();
  expect((await bench.call('GET', '/v1/exporter/org/acme')).status).toBe(401);
  expect((await bench.scrape(await bench.addOrg('other'))).status).toBe(403);
  expect((await bench.scrape('dckr_pat_secret')).status).toBe(401);
  expect(asked).toEqual([]);
});

test('an organisation that is not named keeps its own', async () => {
  const other = await bench.addOrg('other');
  expect((await bench.scrape(other, 'other')).text).toContain('scout_policy_compliant_images');
  expect(asked).toEqual([]);
});

for (const [what, answer, words] of [
  ['401', status(401), 'scout.upstream.token'],
  ['403', status(403), 'owner'],
  ['404', status(404), 'scout.upstream.orgs'],
  ['429', status(429), 'too often'],
  ['500', status(500), '500'],
  ['a redirect', status(302), '302'],
  [
    'a page that is none',
    (response: ServerResponse) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    'exposition',
  ],
  ['nothing at all', (response: ServerResponse) => void response.destroy(), 'reached'],
  [
    'half an answer',
    (response: ServerResponse) => {
      response.writeHead(200, { 'content-type': 'text/plain', 'content-length': '100' });
      response.write('half', () => response.destroy());
    },
    'reached',
  ],
] as const)
  test(`${what}: the last good page stays; without one it is 502, with advice`, async () => {
    reply = answer;
    const first = await bench.scrape(token);
    expect(first).toMatchObject({ status: 502, json: { code: 'UPSTREAM_FAILED' } });
    expect(first.json.detail).toContain(words);
    expect(first.text).not.toContain('dckr_pat_secret');
    expect(Number(first.headers.get('retry-after'))).toBe(3600);
    // Not even after a failure is it asked again before an hour has passed.
    bench.advance(hour - 1000);
    reply = good();
    expect((await bench.scrape(token)).status).toBe(502);
    expect(asked).toHaveLength(1);
    bench.advance(1000);
    expect((await bench.scrape(token)).text).toBe(page);
    bench.advance(hour);
    reply = answer;
    const last = await bench.scrape(token);
    expect([last.status, last.text, last.headers.get('age')]).toEqual([200, page, '3600']);
    expect(asked).toHaveLength(3);
  });

test('one that does not answer is 504 in the time that the scrape has; what comes late is served then', async () => {
  const { promise, resolve } = Promise.withResolvers<ServerResponse>();
  reply = resolve;
  const headers = { 'x-prometheus-scrape-timeout-seconds': '0.1' };
  const early = await bench.scrape(token, 'acme', headers);
  expect(early).toMatchObject({ status: 504, json: { code: 'UPSTREAM_TIMEOUT' } });
  good()(await promise);
  await waitFor('the page', async () => (await bench.scrape(token, 'acme', headers)).status === 200);
  expect(asked).toHaveLength(1);
  // Whoever has an older page gets that meanwhile.
  bench.advance(hour);
  reply = () => undefined;
  const older = await bench.scrape(token, 'acme', headers);
  expect([older.status, older.headers.get('age')]).toEqual([200, '3600']);
});
