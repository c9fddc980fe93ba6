import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openApiBench, type ApiBench } from './test-kit/api-bench.ts';

const nasty = [
  "'; DROP TABLE users; --",
  "' OR '1'='1",
  '" OR ""="',
  'a\r\nSet-Cookie: x=y',
  'a\nb',
  'a"} 1\nfake_metric 1',
  '../../etc/passwd',
  '..',
  '.',
  '%00',
  '\0',
  '__proto__',
  'constructor',
  'toString',
  '*',
  '%',
  '_',
  '${7*7}',
  '<script>alert(1)</script>',
  'ünïcode',
  '\ud800',
  'a'.repeat(64),
  'a'.repeat(4000),
  '-leading',
  ' ',
  '',
];

let bench: ApiBench;
let token: string;
beforeAll(async () => {
  bench = await openApiBench();
  token = await bench.token('admin');
});
afterAll(() => bench[Symbol.asyncDispose]());

/** Whatever the answer, nothing breaks and nothing is let through: a fault of the caller, told as a problem. */
async function expectRefused(method: string, path: string, body?: unknown): Promise<void> {
  const { status, json, headers } = await bench.call(method, path, { token, ...(body === undefined ? {} : { body }) });
  expect([400, 404, 405, 409], `${method} ${path} -> ${String(status)}`).toContain(status);
  expect(headers.get('content-type')).toBe('application/problem+json');
  expect(json.status).toBe(status);
  expect(headers.get('set-cookie')).toBeNull();
}

test('names in paths', async () => {
  for (const name of nasty.map((text) => encodeURIComponent(text.toWellFormed()))) {
    if (name === '') continue;
    for (const what of ['hosts', 'tokens', 'users', 'roles']) {
      await expectRefused('GET', `/api/v1/${what}/${name}`);
      await expectRefused('DELETE', `/api/v1/${what}/${name}`);
    }
  }
  expect(await bench.store.users.count()).toBe(0);
});

test('names in bodies', async () => {
  for (const name of nasty) {
    // Which of these are names, the pattern says, and a built-in role by such a name there is not.
    if (/^[a-zA-Z0-9][\w.-]*$/.test(name) && name.length <= 63) {
      await expectRefused('POST', '/api/v1/tokens', { name: 'x', role: name });
      continue;
    }
    await expectRefused('POST', '/api/v1/hosts', { name });
    await expectRefused('POST', '/api/v1/tokens', { name, role: 'viewer' });
    await expectRefused('POST', '/api/v1/tokens', { name: 'x', role: name });
    await expectRefused('POST', '/api/v1/tokens', { name: 'x', role: 'viewer', hosts: [name] });
    await expectRefused('POST', '/api/v1/users', { name, role: 'viewer', password: 'long enough' });
    await expectRefused('POST', '/api/v1/roles', { name, permissions: ['hosts.read'] });
    await expectRefused('POST', '/api/v1/roles', { name: 'x', permissions: [name] });
    await expectRefused('POST', '/api/v1/session', { name, password: 'x' });
  }
});

test('cursors and filters', async () => {
  for (const text of nasty) {
    const value = encodeURIComponent(text.toWellFormed());
    for (const list of ['hosts', 'stacks', 'containers', 'tokens', 'users', 'roles', 'audit'])
      await expectRefused('GET', `/api/v1/${list}?cursor=${value}`);
    const cursor = Buffer.from(JSON.stringify([text.toWellFormed()])).toString('base64url');
    for (const list of ['hosts', 'tokens', 'users', 'roles']) {
      const { status } = await bench.call('GET', `/api/v1/${list}?cursor=${cursor}`, { token });
      expect([200, 400], `${list} ${text}`).toContain(status);
    }
    await expectRefused('GET', `/api/v1/audit?cursor=${cursor}`);
    const { status } = await bench.call('GET', `/api/v1/audit?action=${value}`, { token });
    expect([200, 400]).toContain(status);
  }
});

test('tokens and cookies', async () => {
  for (const text of nasty.filter((text) => /^[ -~]*$/.test(text))) {
    const wrong = await bench.call('GET', '/api/v1/hosts', { headers: { authorization: `Bearer ${text}` } });
    expect(wrong.status).toBe(401);
    const cookie = await bench.call('GET', '/api/v1/hosts', { headers: { cookie: `tallyman_session=${text}` } });
    expect(cookie.status).toBe(401);
  }
});

test('bodies that are no objects, misspell a field, or say it twice in another way', async () => {
  const bodies = [
    null,
    [],
    'text',
    1,
    {},
    { name: 'x' },
    { name: 'x', role: 'viewer', expire: '1h' },
    { name: {}, role: [] },
  ];
  for (const body of bodies) await expectRefused('POST', '/api/v1/tokens', body);
  for (const text of ['{', '{"name":', '{"__proto__":{"role":"admin"},"name":"x"}', '\ufeff{}', 'undefined'])
    await expectRefused('POST', '/api/v1/tokens', text);
});

test("whatever the path and query, the answer is one of the caller's faults or a success", async () => {
  const part = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...nasty));
  await fc.assert(
    fc.asyncProperty(part, part, part, async (a, b, value) => {
      const path = [a, b].map((text) => encodeURIComponent(text.toWellFormed())).join('/');
      const { status } = await bench.call('GET', `/api/v1/${path}?x=${encodeURIComponent(value.toWellFormed())}`, {
        token,
      });
      expect(status).toBeLessThan(500);
    }),
    { numRuns: 200 },
  );
});

test('a problem is JSON, whatever it tells of', async () => {
  const { json } = await bench.call('POST', '/api/v1/tokens', { token, body: { '\u2028"\n<b>': 1 } });
  expect(json).toMatchObject({ type: 'urn:tallyman:problem:REQUEST_INVALID', title: 'Bad Request', status: 400 });
});
