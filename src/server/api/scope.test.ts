import { expect, test } from 'vitest';
import { permissions } from '../../protocol/permissions.ts';
import { stackStates } from '../fleet/fleet.ts';
import { stackStateSchema } from '../../protocol/api/stacks.ts';
import { openApiBench, type Answer } from './test-kit/api-bench.ts';

const namesOf = ({ json }: Answer): unknown[] => (json.items as Record<string, unknown>[]).map(({ name }) => name);
const hostsOf = ({ json }: Answer): unknown[] => (json.items as Record<string, unknown>[]).map(({ host }) => host);

test('whoever is limited to hosts sees only these, in every list and by name', async () => {
  await using bench = await openApiBench();
  const token = await bench.tokenFor(permissions, ['alpha', 'gamma']);
  const get = (path: string) => bench.call('GET', `/api/v1/${path}`, { token });
  expect(namesOf(await get('hosts'))).toEqual(['alpha', 'gamma']);
  expect(hostsOf(await get('stacks'))).toEqual(['alpha', 'gamma']);
  expect(hostsOf(await get('containers'))).toEqual(['alpha', 'alpha', 'gamma', 'gamma']);
  expect(hostsOf(await get('containers?host=alpha&state=running'))).toEqual(['alpha']);
  expect(hostsOf(await get('containers?host=beta'))).toEqual([]);
  expect(hostsOf(await get('stacks?host=beta'))).toEqual([]);
  expect((await get('hosts/alpha')).json).toMatchObject({ name: 'alpha', status: 'online', containers: 2 });
  const [foreign, unknown] = [await get('hosts/beta'), await get('hosts/delta')];
  expect([foreign.status, unknown.status]).toEqual([404, 404]);
  expect(foreign.text.replaceAll('beta', 'delta')).toBe(unknown.text);
});

test('and touches only these, and nothing that concerns all', async () => {
  await using bench = await openApiBench();
  const token = await bench.tokenFor(permissions, ['alpha']);
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const { status, json } = await bench.call(method, `/api/v1/${path}`, {
      token,
      ...(body === undefined ? {} : { body }),
    });
    return [status, json.code];
  };
  expect(await call('DELETE', 'hosts/beta')).toEqual([404, 'HOST_UNKNOWN']);
  expect(await call('POST', 'hosts/beta/join-token', {})).toEqual([404, 'HOST_UNKNOWN']);
  expect(await call('POST', 'hosts', { name: 'new' })).toEqual([403, 'SCOPE_LIMITED']);
  for (const path of ['audit', 'audit/export', 'audit/verify', 'server/backup'])
    expect(await call('GET', path)).toEqual([403, 'SCOPE_LIMITED']);
  expect(bench.cut).toEqual([]);
  expect(await call('DELETE', 'hosts/alpha')).toEqual([204, undefined]);
  expect([bench.cut, bench.forgotten]).toEqual([['id-of-alpha'], ['alpha']]);
});

test("a token's hosts and its role's narrow each other", async () => {
  await using bench = await openApiBench();
  await bench.store.roles.create({ name: 'ab', permissions: ['hosts.read'], hosts: ['alpha', 'beta'] });
  const hosts = async (limit?: string[]): Promise<unknown> => {
    const token = await bench.token('ab', limit);
    const who = await bench.call('GET', '/api/v1/session', { token });
    return [who.json.hosts, namesOf(await bench.call('GET', '/api/v1/hosts', { token }))];
  };
  expect(await hosts()).toEqual([
    ['alpha', 'beta'],
    ['alpha', 'beta'],
  ]);
  expect(await hosts(['beta', 'gamma'])).toEqual([['beta'], ['beta']]);
  expect(await hosts(['gamma'])).toEqual([[], []]);
});

test('tokens, users and roles of other hosts are not there for him', async () => {
  await using bench = await openApiBench();
  await bench.store.roles.create({ name: 'of-alpha', permissions: ['hosts.read'], hosts: ['alpha'] });
  await bench.store.roles.create({ name: 'of-beta', permissions: ['hosts.read'], hosts: ['beta'] });
  for (const [user, role] of [
    ['ann', 'of-alpha'],
    ['bob', 'of-beta'],
    ['root', 'admin'],
  ] as const)
    await bench.addUser(user, role);
  const admin = await bench.token('admin');
  for (const host of ['alpha', 'beta'])
    await bench.call('POST', '/api/v1/tokens', {
      token: admin,
      body: { name: `t-${host}`, role: 'viewer', hosts: [host] },
    });
  const token = await bench.tokenFor(permissions, ['alpha']);
  const get = (path: string) => bench.call('GET', `/api/v1/${path}`, { token });
  expect(namesOf(await get('tokens'))).toEqual(['made-3', 't-alpha']);
  expect(namesOf(await get('users'))).toEqual(['ann']);
  expect(namesOf(await get('roles'))).toEqual(['admin', 'operator', 'viewer', 'scraper', 'of-alpha']);
  for (const path of ['tokens/t-beta', 'tokens/made-1', 'users/bob', 'users/root', 'roles/of-beta'])
    expect((await get(path)).status, path).toBe(404);
  for (const path of ['tokens/t-beta', 'users/bob', 'roles/of-beta'])
    expect((await bench.call('DELETE', `/api/v1/${path}`, { token })).status, path).toBe(404);
  expect((await bench.call('DELETE', '/api/v1/tokens/t-alpha', { token })).status).toBe(204);
});

test('lists come in pages, and filters are exact', async () => {
  await using bench = await openApiBench();
  const token = await bench.token('viewer');
  const get = (path: string) => bench.call('GET', `/api/v1/${path}`, { token });
  const first = await get('containers?limit=4');
  expect(first.json.items).toHaveLength(4);
  const second = await get(`containers?limit=4&cursor=${String(first.json.next)}`);
  expect([...hostsOf(first), ...hostsOf(second)]).toEqual(['alpha', 'alpha', 'beta', 'beta', 'gamma', 'gamma']);
  expect(second.json).not.toHaveProperty('next');
  expect(namesOf(await get('containers?name=shop-db&project=shop&host=beta'))).toEqual(['shop-db']);
  expect(namesOf(await get('containers?name=shop'))).toEqual([]);
  expect(namesOf(await get('stacks?state=running'))).toEqual([]);
  expect(namesOf(await get('hosts?status=offline'))).toEqual([]);
  expect(namesOf(await get('hosts?limit=1'))).toEqual(['alpha']);
  const cursor = String(first.json.next);
  for (const path of [
    `hosts?cursor=${cursor}`,
    'hosts?cursor=x',
    'hosts?limit=0',
    'hosts?limit=501',
    'hosts?limit=x',
    'hosts?hots=a',
    'hosts?limit=1&limit=2',
  ])
    expect((await get(path)).status, path).toBe(400);
});

test("a stack's states are the fleet's", () => {
  expect(stackStateSchema.options).toEqual([...stackStates]);
});
