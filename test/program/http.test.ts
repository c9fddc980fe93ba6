import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lintExceptions } from '../support/contract.ts';
import { parseExposition } from '../support/exposition-parser.ts';
import { hang, startFakeEngine, type FakeEngine } from '../support/fake-engine.ts';
import { loadRecordedAnswers, recordedSets } from '../support/recorded-answers.ts';
import { hasRequirements } from '../support/requirements.ts';
import { runCommand } from '../support/run-command.ts';
import { startTallyman, type TallymanProcess } from '../support/tallyman-process.ts';
import { waitFor } from '../support/wait-for.ts';
import { ask, type Answer } from './ask.ts';
import { startRecordedEngine } from './engines.ts';

const plain = 'text/plain; charset=utf-8';
const text = 'text/plain; version=0.0.4; charset=utf-8';
const openMetrics = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

let engine: FakeEngine;
let tallyman: TallymanProcess;

beforeAll(async () => {
  engine = await startRecordedEngine();
  // The cache makes two answers comparable.
  const config = 'metrics: { cache: { enabled: true, ttl: 1h } }';
  tallyman = await startTallyman({ config, env: { DOCKER_HOST: engine.dockerHost } });
});
afterAll(async () => {
  await tallyman.stop();
  await engine[Symbol.asyncDispose]();
});

function get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return ask(tallyman.url + path, { headers });
}

const paths: readonly { path: string; type: string; body: RegExp }[] = [
  { path: '/metrics', type: text, body: /^# HELP [^]*\nexporter_up 1\n/ },
  { path: '/health', type: plain, body: /^ok\n$/ },
  { path: '/-/healthy', type: plain, body: /^ok\n$/ },
  { path: '/ready', type: plain, body: /^ready\n$/ },
  { path: '/-/ready', type: plain, body: /^ready\n$/ },
  { path: '/version', type: 'application/json', body: /^\{.*\}\n$/ },
  { path: '/', type: 'text/html; charset=utf-8', body: /^<!doctype html>[^]*<\/html>\n$/ },
];

describe.each(paths)('$path', ({ path, type, body }) => {
  it('answers GET and HEAD alike', async () => {
    const { status, headers, ...got } = await get(path);
    expect({ status, type: headers['content-type'] }).toEqual({ status: 200, type });
    expect(got.text).toMatch(body);
    expect(headers['content-length']).toBe(String(got.body.length));
    expect((await get(`${path}?a=b&a`)).status).toBe(200);
    const head = await ask(tallyman.url + path, { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, text: '' });
    for (const name of ['content-type', 'content-length', 'vary', 'cache-control'] as const) {
      expect(head.headers[name]).toEqual(headers[name]);
    }
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('refuses %s', async (method) => {
    const { status, headers } = await ask(tallyman.url + path, { method });
    expect({ status, allow: headers['allow'] }).toEqual({ status: 405, allow: 'GET, HEAD' });
  });
});

describe('other answers', () => {
  it.each(['/nothing', '/metrics/', '/Metrics', '//metrics', '/debug/heap', '/%zz', '/favicon.ico'])(
    '404 for %s',
    async (path) => {
      const { status, headers } = await get(path);
      expect({ status, type: headers['content-type'] }).toEqual({ status: 404, type: plain });
      expect((await ask(tallyman.url + path, { method: 'POST' })).status).toBe(404);
    },
  );

  it('the version is that of --version, as JSON', async () => {
    const version = JSON.parse((await get('/version')).text) as Record<string, string>;
    expect(version).toEqual({
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string,
      commit: expect.stringMatching(/^(?:[0-9a-f]{12}|unknown)$/) as string,
      build_date: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
      runtime: expect.stringMatching(/^node24\./) as string,
    });
  });

  it('the landing page links to every page, and loads nothing', async () => {
    const { text: page, headers } = await get('/');
    const links = [...page.matchAll(/href="([^"]*)"/g)].map(([, link]) => link ?? '');
    expect(links).toEqual(expect.arrayContaining(['/metrics', '/health', '/ready', '/version']));
    for (const link of links) expect((await get(link)).status).toBe(200);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(page).not.toMatch(/<script|src=|https?:/);
  });
});

describe('what the client takes', () => {
  const prometheus3 =
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;escaping=allow-utf-8;q=0.3,*/*;q=0.2';

  it.each([
    { accept: undefined, type: text },
    { accept: '*/*', type: text },
    { accept: 'text/html,application/xhtml+xml,*/*;q=0.8', type: text },
    { accept: 'text/plain', type: text },
    { accept: 'text/plain;version=0.0.4', type: text },
    { accept: 'application/openmetrics-text', type: openMetrics },
    { accept: 'application/openmetrics-text;version=1.0.0', type: openMetrics },
    { accept: prometheus3, type: openMetrics },
    { accept: 'application/openmetrics-text;version=0.0.1', type: text },
    { accept: 'application/openmetrics-text;q=0', type: text },
    { accept: 'application/openmetrics-text;q=0.3,text/plain;q=0.9', type: text },
    { accept: 'application/vnd.google.protobuf', type: text },
    { accept: ',;=,"', type: text },
  ])('Accept: $accept', async ({ accept, type }) => {
    const answer = await get('/metrics', accept === undefined ? {} : { accept });
    expect(answer.headers['content-type']).toBe(type);
    expect(answer.headers['vary']).toBe('Accept, Accept-Encoding');
    const { families } = parseExposition(answer.text, type === openMetrics ? 'openmetrics' : 'prometheus');
    expect(families.size).toBeGreaterThan(40);
  });

  it('both formats say the same', async () => {
    const inText = parseExposition((await get('/metrics')).text, 'prometheus');
    const answer = await get('/metrics', { accept: 'application/openmetrics-text' });
    expect(answer.text).toMatch(/\n# EOF\n$/);
    const inOpen = parseExposition(answer.text, 'openmetrics');
    const samplesOf = ({ families }: typeof inText): unknown[] =>
      [...families.values()].flatMap(({ samples }) => samples);
    expect(samplesOf(inOpen)).toEqual(samplesOf(inText));
    const countersOf = ({ families }: typeof inText): string[] =>
      [...families.values()].filter(({ type }) => type === 'counter').map(({ name }) => name);
    expect(countersOf(inOpen)).toEqual(countersOf(inText).map((name) => name.replace(/_total$/, '')));
  });

  it.each([
    { encoding: 'gzip', accepted: 'gzip', decode: gunzipSync },
    { encoding: 'gzip', accepted: 'deflate, gzip;q=0.5', decode: gunzipSync },
    { encoding: 'zstd', accepted: 'zstd', decode: zstdDecompressSync },
    { encoding: 'zstd', accepted: 'gzip, zstd', decode: zstdDecompressSync },
    { encoding: undefined, accepted: 'identity', decode: (body: Buffer) => body },
    { encoding: undefined, accepted: 'br', decode: (body: Buffer) => body },
    { encoding: undefined, accepted: 'gzip;q=0', decode: (body: Buffer) => body },
  ])('Accept-Encoding: $accepted', async ({ encoding, accepted, decode }) => {
    for (const accept of ['text/plain', 'application/openmetrics-text']) {
      const whole = await get('/metrics', { accept });
      const answer = await get('/metrics', { accept, 'accept-encoding': accepted });
      expect(answer.headers['content-encoding']).toBe(encoding);
      expect(answer.headers['content-length']).toBe(String(answer.body.length));
      expect(decode(answer.body).toString()).toBe(whole.text);
    }
  });
});

describe('an engine that hangs', () => {
  it('is not ready at once, while a scrape waits for it and health answers', async () => {
    await using hanging = await startRecordedEngine();
    hanging.misbehave({}, hang);
    const env = { DOCKER_HOST: hanging.dockerHost, COLLECTION_TIMEOUT: '24h' };
    await using waiting = await startTallyman({ env });
    let isScraped = false;
    waiting.get('/metrics').then(
      () => (isScraped = true),
      () => undefined,
    );
    for (const path of ['/ready', '/-/ready']) {
      expect(await waiting.get(path, { timeoutMs: 5000 })).toMatchObject({
        status: 503,
        headers: { 'content-type': plain },
      });
    }
    expect((await waiting.get('/health', { timeoutMs: 5000 })).status).toBe(200);
    expect(isScraped).toBe(false);
    hanging.behave();
    await hanging.stop();
    await hanging.start();
    await waitFor('the program to be ready', async () => (await waiting.get('/ready')).status === 200);
  });

  it("is left half a second before Prometheus' own timeout", async () => {
    await using hanging = await startRecordedEngine();
    hanging.misbehave({ calls: ['stats'] }, hang);
    const env = { DOCKER_HOST: hanging.dockerHost, COLLECTION_TIMEOUT: '24h' };
    await using waiting = await startTallyman({ env });
    const { exposition } = await waiting.scrape({ 'x-prometheus-scrape-timeout-seconds': '1.2' });
    expect(exposition.value('exporter_up')).toBe(1);
    expect(exposition.find('container_memory_usage_bytes')).toEqual([]);
    expect(exposition.value('exporter_scrape_duration_seconds', { collector: 'container' })).toBeGreaterThan(0.69);
  });
});

describe.skipIf(!hasRequirements('promtool'))('promtool check metrics', () => {
  it.each(recordedSets)('has nothing to say of %s but for names that the contract fixes', async (set) => {
    await using recorded = await startFakeEngine(loadRecordedAnswers(set));
    await using program = await startTallyman({ env: { DOCKER_HOST: recorded.dockerHost } });
    const { text: input } = await program.scrape();
    const { stdout, stderr } = await runCommand('promtool', ['check', 'metrics'], { input, accept: [0, 3] });
    const said = `${stdout}${stderr}`.split('\n').filter((line) => line !== '');
    expect(said.toSorted()).toEqual([...lintExceptions].toSorted());
  });
});
