import { expect, test } from 'vitest';
import { silentLog } from '../../base/log.ts';
import { openStore } from '../../store/open-store.ts';
import { createSecret, sha256, tokenPrefix } from '../auth/secret.ts';
import { openApiBench, usualPassword, type Answer, type ApiBench } from './test-kit/api-bench.ts';

const refused = ({ status, json }: Answer): unknown => [status, json.code];
const beyond = [403, 'RIGHTS_EXCEEDED'];

test('nobody gives a token more permissions than he has', async () => {
  await using bench = await openApiBench();
  const token = await bench.tokenFor(['tokens.write', 'hosts.read']);
  const create = (role: string) => bench.call('POST', '/api/v1/tokens', { token, body: { name: `t-${role}`, role } });
  await bench.store.roles.create({ name: 'less', permissions: ['hosts.read'], hosts: undefined });
  await bench.store.roles.create({ name: 'more', permissions: ['hosts.read', 'hosts.write'], hosts: undefined });
  for (const role of ['admin', 'operator', 'viewer', 'scraper', 'more'])
    expect(refused(await create(role)), role).toEqual(beyond);
  expect((await create('less')).status).toBe(201);
  expect(refused(await create('unknown'))).toEqual([409, 'ROLE_UNKNOWN']);
});

test('nobody gives a token hosts that he does not have', async () => {
  await using bench = await openApiBench();
  await bench.store.roles.create({ name: 'of-beta', permissions: ['hosts.read'], hosts: ['beta'] });
  const token = await bench.tokenFor(['tokens.write', 'hosts.read', 'metrics.read'], ['alpha']);
  let made = 0;
  const create = (role: string, hosts?: string[]) =>
    bench.call('POST', '/api/v1/tokens', { token, body: { name: `t${String((made += 1))}`, role, hosts } });
  expect(refused(await create('scraper'))).toEqual(beyond);
  expect(refused(await create('scraper', ['beta']))).toEqual(beyond);
  expect(refused(await create('scraper', ['alpha', 'beta']))).toEqual(beyond);
  expect(refused(await create('scraper', ['unknown']))).toEqual(beyond);
  expect(refused(await create('of-beta'))).toEqual(beyond);
  expect(refused(await create('of-beta', ['beta']))).toEqual(beyond);
  const made1 = await create('scraper', ['alpha', 'alpha']);
  expect([made1.status, made1.json.hosts]).toEqual([201, ['alpha']]);
});

test('nobody makes a role of what he has not', async () => {
  await using bench = await openApiBench();
  const create = (token: string, body: object) => bench.call('POST', '/api/v1/roles', { token, body });
  const token = await bench.tokenFor(['users.write', 'hosts.read']);
  expect(refused(await create(token, { name: 'r1', permissions: ['hosts.read', 'hosts.write'] }))).toEqual(beyond);
  expect((await create(token, { name: 'r2', permissions: ['hosts.read'] })).status).toBe(201);
  const limited = await bench.tokenFor(['users.write', 'hosts.read'], ['alpha']);
  expect(refused(await create(limited, { name: 'r3', permissions: ['hosts.read'] }))).toEqual(beyond);
  expect(refused(await create(limited, { name: 'r3', permissions: ['hosts.read'], hosts: ['beta'] }))).toEqual(beyond);
  expect((await create(limited, { name: 'r3', permissions: ['hosts.read'], hosts: ['alpha'] })).status).toBe(201);
  expect(refused(await create(await bench.token('admin'), { name: 'admin', permissions: ['hosts.read'] }))).toEqual([
    409,
    'ROLE_EXISTS',
  ]);
});

test('nobody makes, takes over, changes or removes a user who may do more than himself', async () => {
  await using bench = await openApiBench();
  await bench.addUser('root', 'admin');
  await bench.addUser('root2', 'admin');
  await bench.store.roles.create({ name: 'helper', permissions: ['users.read', 'users.write'], hosts: undefined });
  await bench.addUser('ann', 'helper');
  const token = await bench.tokenFor(['users.read', 'users.write']);
  const call = (method: string, path: string, body?: unknown) =>
    bench.call(method, `/api/v1/users${path}`, { token, ...(body === undefined ? {} : { body }) });
  expect(refused(await call('POST', '', { name: 'new', role: 'admin', password: usualPassword }))).toEqual(beyond);
  expect(refused(await call('PUT', '/root/password', { password: usualPassword }))).toEqual(beyond);
  expect(refused(await call('PATCH', '/root', { role: 'helper' }))).toEqual(beyond);
  expect(refused(await call('PATCH', '/ann', { role: 'admin' }))).toEqual(beyond);
  expect(refused(await call('DELETE', '/root'))).toEqual(beyond);
  expect((await call('PUT', '/ann/password', { password: 'another password' })).status).toBe(204);
  expect((await call('DELETE', '/ann')).status).toBe(204);
  await bench.login('root');
});

test('the last administrator stays, however it is tried', async () => {
  await using bench = await openApiBench();
  await bench.addUser('one', 'admin');
  await bench.addUser('two', 'admin');
  const token = await bench.token('admin');
  const remove = (name: string) => bench.call('DELETE', `/api/v1/users/${name}`, { token });
  const demote = (name: string) => bench.call('PATCH', `/api/v1/users/${name}`, { token, body: { role: 'viewer' } });
  const both = await Promise.all([remove('one'), demote('two')]);
  expect(both.map(({ status }) => status).filter((status) => status === 409)).toHaveLength(1);
  expect(await bench.store.users.countWithRole('admin')).toBe(1);
  const last = (await bench.store.users.list({ limit: 10 })).find(({ role }) => role === 'admin')?.name ?? '';
  expect(refused(await remove(last))).toEqual([409, 'LAST_ADMIN']);
  expect(refused(await demote(last))).toEqual([409, 'LAST_ADMIN']);
  const same = await bench.call('PATCH', `/api/v1/users/${last}`, { token, body: { role: 'admin' } });
  expect(same.status).toBe(200);
});

test('a role that somebody has cannot be removed, so that nobody else can give it another meaning', async () => {
  await using bench = await openApiBench();
  const token = await bench.token('admin');
  await bench.tokenFor(['hosts.read']);
  const role = (await bench.store.roles.list({ limit: 1 }))[0]?.name ?? '';
  expect(refused(await bench.call('DELETE', `/api/v1/roles/${role}`, { token }))).toEqual([409, 'ROLE_USED']);
  expect(refused(await bench.call('DELETE', '/api/v1/roles/admin', { token }))).toEqual([409, 'ROLE_BUILT_IN']);
});

test('a token is shown once, is stored as its hash, and is refused from the moment it is revoked or has expired', async () => {
  await using bench = await openApiBench();
  const admin = await bench.token('admin');
  const create = async (body: object): Promise<Answer> => bench.call('POST', '/api/v1/tokens', { token: admin, body });
  const { json, headers } = await create({ name: 'scrape', role: 'viewer', expires: '1h' });
  const token = String(json.token);
  expect(token).toMatch(/^tmn_[\w-]{43}$/);
  expect(headers.get('cache-control')).toBe('no-store');
  expect(json).toMatchObject({ name: 'scrape', role: 'viewer', createdBy: 'token:made-1' });
  expect(Date.parse(String(json.expiresAt)) - Date.parse(String(json.createdAt))).toBe(3_600_000);
  const row = await bench.store.tokens.get('scrape');
  expect(row?.hash).toMatch(/^[0-9a-f]{64}$/);
  const list = await bench.call('GET', '/api/v1/tokens', { token: admin });
  expect(list.text).not.toContain(token);
  expect(list.text).not.toContain(row?.hash);

  const who = await bench.call('GET', '/api/v1/session', { token });
  expect(who.json).toMatchObject({ kind: 'token', name: 'scrape' });
  expect((await bench.store.tokens.get('scrape'))?.lastUsedAt).toBeTypeOf('number');
  expect((await create({ name: 'scrape', role: 'viewer' })).status).toBe(409);
  await bench.call('DELETE', '/api/v1/tokens/scrape', { token: admin });
  const gone = await bench.call('GET', '/api/v1/session', { token });
  expect(refused(gone)).toEqual([401, 'TOKEN_INVALID']);
  expect(gone.headers.get('www-authenticate')).toBe('Bearer realm="tallyman", error="invalid_token"');
});

test('what another process on the same database revokes is refused here at the next request', async () => {
  await using bench = await openApiBench();
  const token = await bench.token('viewer');
  await bench.addUser('ann', 'viewer');
  const headers = await bench.login('ann');
  const statuses = async (): Promise<number[]> => [
    (await bench.call('GET', '/api/v1/hosts', { token })).status,
    (await bench.call('GET', '/api/v1/hosts', { headers })).status,
  ];
  expect(await statuses()).toEqual([200, 200]);
  const other = await openStore({
    data: bench.folder,
    database: '',
    role: 'tool',
    secret: undefined,
    log: silentLog(),
  });
  try {
    await other.tokens.remove('made-1');
    await other.users.setRole('ann', 'scraper');
    expect(await statuses()).toEqual([401, 403]);
    await other.users.remove('ann');
    expect(await statuses()).toEqual([401, 401]);
  } finally {
    await other.close();
  }
});

test('expired tokens and tokens of another kind open nothing', async () => {
  await using bench = await openApiBench();
  const rows = await Promise.all([expire(bench, 'api', 0), expire(bench, 'report', undefined)]);
  const answers = await Promise.all(rows.map((token) => bench.call('GET', '/api/v1/session', { token })));
  expect(answers.map(refused)).toEqual([
    [401, 'TOKEN_EXPIRED'],
    [401, 'TOKEN_INVALID'],
  ]);
});

async function expire(bench: ApiBench, kind: string, inMs: number | undefined): Promise<string> {
  const token = createSecret(tokenPrefix);
  const expiresAt = inMs === undefined ? undefined : (await bench.store.now()) + inMs;
  const row = { name: `of-${kind}`, hash: sha256(token), kind, role: 'admin', hosts: undefined, scope: '' };
  await bench.store.tokens.create({ ...row, createdBy: 'test', expiresAt });
  return token;
}
