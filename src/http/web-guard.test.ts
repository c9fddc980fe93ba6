import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashSync } from 'bcryptjs';
import { expect, onTestFinished, test, vi } from 'vitest';
import { silentLog } from '../base/log.ts';
import type { Route } from './route.ts';
import { ask, basic } from './test-kit/ask.ts';
import { serve } from './test-kit/serve.ts';

const routes: Route[] = [
  { path: '/', handle: () => ({ status: 200, body: 'in' }) },
  { path: '/health', open: true, handle: () => ({ status: 200 }) },
];

/** A server with a web configuration file, and a clock that the test moves. */
async function serveFile(text: string) {
  const folder = mkdtempSync(join(tmpdir(), 'tallyman-web-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const webConfigFile = join(folder, 'web.yml');
  const write = (changed: string): void => writeFileSync(webConfigFile, changed);
  write(text);
  const log = silentLog();
  const error = vi.spyOn(log, 'error');
  const world = { now: 0 };
  const clock = { now: () => world.now, monotonic: () => world.now };
  return { ...(await serve({ routes, webConfigFile, log, clock })), world, write, error };
}

const users = (...names: string[]): string =>
  `basic_auth_users:\n${names.map((name) => `  ${name}: ${hashSync(`${name}'s`, 4)}\n`).join('')}`;

test('users of the file are let in, others and nobody are not', async () => {
  const { port } = await serveFile(users('alice', 'bob'));
  const status = async (headers: Record<string, string>, path = '/'): Promise<number> =>
    (await ask({ port, path, headers })).status;
  for (const name of ['alice', 'bob', 'alice']) expect(await status(basic(name, `${name}'s`))).toBe(200);
  expect(await status(basic('alice', "bob's"))).toBe(401);
  expect(await status(basic('carol', "alice's"))).toBe(401);
  expect(await status({})).toBe(401);
  expect(await status({}, '/lost')).toBe(401);
  expect(await status({}, '/health')).toBe(200);
});

test('an empty file lets everybody in', async () => {
  const { port } = await serveFile('');
  expect((await ask({ port, path: '/' })).status).toBe(200);
});

test('headers go on every reply', async () => {
  const { port } = await serveFile(`${users('alice')}http_server_config:\n  headers:\n    X-Frame-Options: deny\n`);
  for (const path of ['/', '/health']) {
    expect((await ask({ port, path })).headers).toMatchObject({ 'x-frame-options': 'deny' });
  }
});

test('over the rate limit is 429 with the time to wait', async () => {
  const { port, world } = await serveFile('rate_limit:\n  interval: 5s\n  burst: 2\n');
  const statuses: number[] = [];
  for (let index = 0; index < 3; index += 1) statuses.push((await ask({ port, path: '/' })).status);
  expect(statuses).toEqual([200, 200, 429]);
  world.now += 1500;
  expect(await ask({ port, path: '/health' })).toMatchObject({
    status: 429,
    headers: { 'retry-after': '4' },
    body: '429: too many requests\n',
  });
  world.now += 3500;
  expect((await ask({ port, path: '/' })).status).toBe(200);
});

test('a changed file applies at once, a faulty one not at all', async () => {
  const { port, world, write, error } = await serveFile(users('alice'));
  const status = async (name: string): Promise<number> => {
    world.now += 1000;
    return (await ask({ port, path: '/', headers: basic(name, `${name}'s`) })).status;
  };
  expect([await status('alice'), await status('bob')]).toEqual([200, 401]);
  write(users('bob'));
  expect([await status('alice'), await status('bob')]).toEqual([401, 200]);
  write(`${users('alice')}nonsense: 1\n`);
  expect([await status('alice'), await status('bob'), await status('bob')]).toEqual([401, 200, 200]);
  expect(error.mock.calls.map(([fields]) => fields)).toMatchObject([{ fault: 'line 3: nonsense: unknown key' }]);
  write('rate_limit:\n  interval: 1h\n  burst: 1\n');
  expect([await status('carol'), await status('carol')]).toEqual([200, 429]);
  // The same limit again keeps its bucket, another one starts full.
  write('# changed\nrate_limit:\n  interval: 1h\n  burst: 1\n');
  expect(await status('carol')).toBe(429);
  write('rate_limit:\n  interval: 1h\n  burst: 2\n');
  expect(await status('carol')).toBe(200);
});
