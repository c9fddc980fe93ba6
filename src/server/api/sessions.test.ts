import { expect, test } from 'vitest';
import type { Store } from '../../store/store.ts';
import { hashWithScrypt } from '../auth/scrypt-hash.ts';
import { openApiBench, usualPassword } from './test-kit/api-bench.ts';

const session = '/api/v1/session';

test('logging in, asking who one is, and logging out', async () => {
  await using bench = await openApiBench();
  await bench.addUser('ann', 'viewer');
  const answer = await bench.call('POST', session, { body: { name: 'ann', password: usualPassword } });
  expect(answer.status).toBe(201);
  expect(answer.json).toMatchObject({ kind: 'user', name: 'ann' });
  expect(answer.headers.get('set-cookie')).toMatch(/^tallyman_session=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\//);
  const headers = await bench.login('ann');
  const who = await bench.call('GET', session, { headers: { cookie: headers.cookie } });
  expect(who.json).toMatchObject({ kind: 'user', name: 'ann', csrf: headers['x-csrf-token'] });
  expect(who.json.permissions).toContain('hosts.read');
  expect(who.json).not.toHaveProperty('hosts');
  const out = await bench.call('DELETE', session, { headers });
  expect([out.status, out.headers.get('set-cookie')]).toEqual([204, expect.stringContaining('Max-Age=0')]);
  expect((await bench.call('GET', session, { headers })).status).toBe(401);
});

test('over TLS the cookie is bound to the host, and a plain one is no cookie', async () => {
  await using bench = await openApiBench();
  await bench.addUser('ann', 'viewer');
  const headers = await bench.login('ann', usualPassword, { isTls: true });
  expect(headers.cookie).toMatch(/^__Host-tallyman_session=/);
  expect((await bench.call('GET', session, { headers, isTls: true })).status).toBe(200);
  const plain = { cookie: headers.cookie.replace('__Host-', '') };
  expect((await bench.call('GET', session, { headers: plain, isTls: true })).status).toBe(401);
});

test('a session needs its token and its own site for whatever changes something', async () => {
  await using bench = await openApiBench();
  await bench.addUser('ann', 'admin');
  const { cookie, 'x-csrf-token': token } = await bench.login('ann');
  const body = { name: 'new', role: 'viewer' };
  const refused = async (headers: Record<string, string>): Promise<unknown> => {
    const { status, json } = await bench.call('POST', '/api/v1/tokens', { headers: { cookie, ...headers }, body });
    return [status, json.code];
  };
  expect(await refused({})).toEqual([403, 'CSRF_TOKEN']);
  expect(await refused({ 'x-csrf-token': 'x' })).toEqual([403, 'CSRF_TOKEN']);
  const other = await bench.login('ann');
  expect(await refused({ 'x-csrf-token': other['x-csrf-token'] })).toEqual([403, 'CSRF_TOKEN']);
  expect(await refused({ 'x-csrf-token': token, origin: 'http://evil.example' })).toEqual([403, 'CSRF_ORIGIN']);
  expect(await refused({ 'x-csrf-token': token, 'sec-fetch-site': 'cross-site' })).toEqual([403, 'CSRF_ORIGIN']);
  expect(await refused({ 'x-csrf-token': token, origin: 'http://fleet.example' })).toEqual([201, undefined]);
  expect((await bench.call('GET', '/api/v1/tokens', { headers: { cookie } })).status).toBe(200);
});

test('other sites cannot log a browser in, and neither can a form', async () => {
  await using bench = await openApiBench();
  await bench.addUser('ann', 'viewer');
  const body = { name: 'ann', password: usualPassword };
  const foreign = await bench.call('POST', session, { body, headers: { origin: 'http://evil.example' } });
  expect([foreign.status, foreign.json.code]).toEqual([403, 'CSRF_ORIGIN']);
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonx',
  ]) {
    const { status, json } = await bench.call('POST', session, { body, headers: { 'content-type': type } });
    expect([status, json.code], type).toEqual([415, 'CONTENT_TYPE']);
  }
});

test('wrong passwords and unknown users look the same, are in the log, and have to wait', async () => {
  await using bench = await openApiBench();
  await bench.addUser('ann', 'viewer');
  const attempt = (name: string, password: string, address = '10.0.0.9') =>
    bench.call('POST', session, { body: { name, password }, address });
  const known = await attempt('ann', 'wrong password');
  const unknown = await attempt('nobody-i-know', 'wrong password');
  expect([known.status, known.json]).toEqual([401, unknown.json]);
  expect(known.headers.get('www-authenticate')).toContain('Bearer');
  for (let n = 0; n < 4; n += 1) expect((await attempt('ann', 'wrong password')).status).toBe(401);
  const locked = await attempt('ann', usualPassword);
  expect([locked.status, locked.json.code, locked.headers.get('retry-after')]).toEqual([429, 'LOGIN_LOCKED', '1']);
  expect((await attempt('ann', usualPassword, '10.0.0.10')).status).toBe(201);

  const entries = (await bench.entries()).filter(({ action }) => action === 'session.refused');
  expect(entries).toHaveLength(6);
  expect(entries.map(({ target }) => target).filter((target) => target !== 'user:ann')).toEqual(['']);
  expect(JSON.stringify(entries)).not.toMatch(/nobody-i-know|wrong password/);
});

test('an outdated hash is made anew at the next login', async () => {
  await using bench = await openApiBench();
  const passwordHash = await hashWithScrypt(usualPassword, { n: 32, r: 1, p: 1 });
  await bench.store.users.create({ name: 'ann', role: 'viewer', passwordHash });
  await bench.login('ann');
  const renewed = (await bench.store.users.get('ann'))?.passwordHash;
  expect(renewed).toMatch(/^scrypt\$16\$1\$1\$/);
  await bench.login('ann');
  expect((await bench.store.users.get('ann'))?.passwordHash).toBe(renewed);
});

test("one's own password: the old one is needed, the session goes on under a new cookie, others end", async () => {
  await using bench = await openApiBench();
  await bench.addUser('ann', 'scraper');
  const other = await bench.login('ann');
  const headers = await bench.login('ann');
  const path = `${session}/password`;
  const wrong = await bench.call('PUT', path, { headers, body: { oldPassword: 'wrong', password: 'a new password' } });
  expect([wrong.status, wrong.json.code]).toEqual([401, 'LOGIN_WRONG']);
  const short = await bench.call('PUT', path, { headers, body: { oldPassword: usualPassword, password: 'short' } });
  expect([short.status, short.json.detail]).toEqual([400, 'body.password: use at least 8 characters']);
  const changed = await bench.call('PUT', path, {
    headers,
    body: { oldPassword: usualPassword, password: 'a new password' },
  });
  expect(changed.status).toBe(204);
  const cookie = changed.headers.get('set-cookie')?.split(';')[0] ?? '';
  const statuses = await Promise.all(
    [other.cookie, headers.cookie, cookie].map(
      async (one) => (await bench.call('GET', session, { headers: { cookie: one } })).status,
    ),
  );
  expect(statuses).toEqual([401, 401, 200]);
  await expect(bench.login('ann')).rejects.toThrow('LOGIN_WRONG');
  await bench.login('ann', 'a new password');
});

test('whoever loses his role, his password or his account loses it in open sessions too', async () => {
  await using bench = await openApiBench();
  await bench.addUser('root', 'admin');
  await bench.addUser('ann', 'viewer');
  const token = await bench.token('admin');
  const status = async (headers: Record<string, string>): Promise<number> =>
    (await bench.call('GET', '/api/v1/hosts', { headers })).status;
  const first = await bench.login('ann');
  expect(await status(first)).toBe(200);
  await bench.call('PATCH', '/api/v1/users/ann', { token, body: { role: 'scraper' } });
  expect(await status(first)).toBe(403);
  await bench.call('PUT', '/api/v1/users/ann/password', { token, body: { password: 'another password' } });
  expect(await status(first)).toBe(401);
  const second = await bench.login('ann', 'another password');
  await bench.call('DELETE', '/api/v1/users/ann', { token });
  expect(await status(second)).toBe(401);
});

test('a user whose password is changed while it is being checked is not let in', async () => {
  let meanwhile: (() => Promise<unknown>) | undefined;
  const wrap = (store: Store): Store => ({
    ...store,
    transaction: async (work) => {
      const act = meanwhile;
      meanwhile = undefined;
      await act?.();
      return store.transaction(work);
    },
  });
  await using bench = await openApiBench({ wrap });
  await bench.addUser('ann', 'viewer');
  meanwhile = () => bench.store.users.setPassword('ann', 'scrypt$changed');
  await expect(bench.login('ann')).rejects.toThrow('LOGIN_WRONG');
  expect((await bench.entries()).filter(({ action }) => action === 'session.create')).toEqual([]);
});

test('a token goes before a cookie', async () => {
  await using bench = await openApiBench();
  await bench.addUser('ann', 'admin');
  const { cookie } = await bench.login('ann');
  const token = await bench.token('scraper');
  expect((await bench.call('GET', '/api/v1/users', { token, headers: { cookie } })).status).toBe(403);
  expect((await bench.call('GET', '/api/v1/users', { token: 'tmn_wrong', headers: { cookie } })).status).toBe(401);
});
