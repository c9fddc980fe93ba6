import { afterAll, beforeAll, expect, test } from 'vitest';
import { permissions, type Permission } from '../../protocol/permissions.ts';
import { openApiBench, usualPassword, type ApiBench, type CallOptions } from './test-kit/api-bench.ts';

/** What every route needs, written out by hand: whoever changes a route's permission changes it here too. */
interface Row {
  needs: Permission | 'open' | 'authenticated';
  /** A call that succeeds, as often as it is made, for whoever has the permission. */
  call(bench: ApiBench): Promise<{ path: string; body?: unknown }> | { path: string; body?: unknown };
  /** The status of a success. */
  status: number;
  /** The status for tokens, where only a session can succeed. */
  tokenStatus?: number;
}

let made = 0;
const fresh = (what: string): string => `${what}-${String((made += 1))}`;

async function freshHost({ store }: ApiBench): Promise<string> {
  const name = fresh('host');
  await store.hosts.create({ id: `id-of-${name}`, name, agentUrl: '' });
  return name;
}

async function freshToken({ store }: ApiBench): Promise<string> {
  const name = fresh('token');
  const row = { name, hash: name, kind: 'api', role: 'scraper', hosts: undefined, scope: '', createdBy: 'test' };
  await store.tokens.create({ ...row, expiresAt: undefined });
  return name;
}

async function freshUser(bench: ApiBench): Promise<string> {
  const name = fresh('user');
  await bench.store.roles.create({ name: `of-${name}`, permissions: [], hosts: undefined });
  await bench.addUser(name, `of-${name}`);
  return name;
}

async function freshRole({ store }: ApiBench): Promise<string> {
  const name = fresh('role');
  await store.roles.create({ name, permissions: [], hosts: undefined });
  return name;
}

/** A role that allows nothing, so that whoever may give roles at all can give it. */
const nothing = 'allows-nothing';

const table: Readonly<Record<string, Row>> = {
  'POST /api/v1/session': {
    needs: 'open',
    call: () => ({ path: '/api/v1/session', body: { name: 'someone', password: usualPassword } }),
    status: 201,
  },
  'GET /api/v1/session': { needs: 'authenticated', call: () => ({ path: '/api/v1/session' }), status: 200 },
  'DELETE /api/v1/session': {
    needs: 'authenticated',
    call: () => ({ path: '/api/v1/session' }),
    status: 204,
    tokenStatus: 409,
  },
  'PUT /api/v1/session/password': {
    needs: 'authenticated',
    call: () => ({
      path: '/api/v1/session/password',
      body: { oldPassword: usualPassword, password: usualPassword },
    }),
    status: 204,
    tokenStatus: 409,
  },
  'GET /api/v1/hosts': { needs: 'hosts.read', call: () => ({ path: '/api/v1/hosts' }), status: 200 },
  'GET /api/v1/hosts/:name': { needs: 'hosts.read', call: () => ({ path: '/api/v1/hosts/alpha' }), status: 200 },
  'POST /api/v1/hosts': {
    needs: 'hosts.write',
    call: () => ({ path: '/api/v1/hosts', body: { name: fresh('host') } }),
    status: 201,
  },
  'POST /api/v1/hosts/:name/join-token': {
    needs: 'hosts.write',
    call: () => ({ path: '/api/v1/hosts/alpha/join-token', body: {} }),
    status: 201,
  },
  'DELETE /api/v1/hosts/:name': {
    needs: 'hosts.write',
    call: async (bench) => ({ path: `/api/v1/hosts/${await freshHost(bench)}` }),
    status: 204,
  },
  'GET /api/v1/stacks': { needs: 'stacks.read', call: () => ({ path: '/api/v1/stacks' }), status: 200 },
  'GET /api/v1/containers': { needs: 'containers.read', call: () => ({ path: '/api/v1/containers' }), status: 200 },
  'GET /api/v1/tokens': { needs: 'tokens.read', call: () => ({ path: '/api/v1/tokens' }), status: 200 },
  'GET /api/v1/tokens/:name': {
    needs: 'tokens.read',
    call: async (bench) => ({ path: `/api/v1/tokens/${await freshToken(bench)}` }),
    status: 200,
  },
  'POST /api/v1/tokens': {
    needs: 'tokens.write',
    call: () => ({ path: '/api/v1/tokens', body: { name: fresh('token'), role: nothing } }),
    status: 201,
  },
  'DELETE /api/v1/tokens/:name': {
    needs: 'tokens.write',
    call: async (bench) => ({ path: `/api/v1/tokens/${await freshToken(bench)}` }),
    status: 204,
  },
  'GET /api/v1/users': { needs: 'users.read', call: () => ({ path: '/api/v1/users' }), status: 200 },
  'GET /api/v1/users/:name': { needs: 'users.read', call: () => ({ path: '/api/v1/users/someone' }), status: 200 },
  'POST /api/v1/users': {
    needs: 'users.write',
    call: () => ({ path: '/api/v1/users', body: { name: fresh('user'), role: nothing, password: usualPassword } }),
    status: 201,
  },
  'PUT /api/v1/users/:name/password': {
    needs: 'users.write',
    call: async (bench) => ({
      path: `/api/v1/users/${await freshUser(bench)}/password`,
      body: { password: usualPassword },
    }),
    status: 204,
  },
  'PATCH /api/v1/users/:name': {
    needs: 'users.write',
    call: async (bench) => ({ path: `/api/v1/users/${await freshUser(bench)}`, body: { role: nothing } }),
    status: 200,
  },
  'DELETE /api/v1/users/:name': {
    needs: 'users.write',
    call: async (bench) => ({ path: `/api/v1/users/${await freshUser(bench)}` }),
    status: 204,
  },
  'GET /api/v1/roles': { needs: 'roles.read', call: () => ({ path: '/api/v1/roles' }), status: 200 },
  'GET /api/v1/roles/:name': { needs: 'roles.read', call: () => ({ path: '/api/v1/roles/viewer' }), status: 200 },
  'POST /api/v1/roles': {
    needs: 'users.write',
    call: () => ({ path: '/api/v1/roles', body: { name: fresh('role'), permissions: ['users.write'] } }),
    status: 201,
  },
  'DELETE /api/v1/roles/:name': {
    needs: 'users.write',
    call: async (bench) => ({ path: `/api/v1/roles/${await freshRole(bench)}` }),
    status: 204,
  },
  'GET /api/v1/audit': { needs: 'audit.read', call: () => ({ path: '/api/v1/audit' }), status: 200 },
  'GET /api/v1/audit/export': { needs: 'audit.read', call: () => ({ path: '/api/v1/audit/export' }), status: 200 },
  'GET /api/v1/audit/verify': { needs: 'audit.read', call: () => ({ path: '/api/v1/audit/verify' }), status: 200 },
  'GET /api/v1/server/backup': {
    needs: 'server.backup',
    call: () => ({ path: '/api/v1/server/backup' }),
    status: 200,
  },
  'GET /api/v1/openapi.json': { needs: 'open', call: () => ({ path: '/api/v1/openapi.json' }), status: 200 },
  'GET /health': { needs: 'open', call: () => ({ path: '/health' }), status: 200 },
  'GET /ready': { needs: 'open', call: () => ({ path: '/ready' }), status: 200 },
};

/** The built-in roles, written out by hand too. */
const readAll = [
  'metrics.read',
  'hosts.read',
  'containers.read',
  'stacks.read',
  'backups.read',
  'alerts.read',
  'audit.read',
  'roles.read',
  'images.read',
];
const roles: Readonly<Record<string, ReadonlySet<string>>> = {
  admin: new Set([
    ...readAll,
    'hosts.write',
    'stacks.deploy',
    'backups.run',
    'alerts.write',
    'users.read',
    'users.write',
    'tokens.read',
    'tokens.write',
    'server.backup',
    'images.write',
    'orgs.write',
  ]),
  operator: new Set([...readAll, 'stacks.deploy', 'backups.run', 'alerts.write', 'images.write']),
  viewer: new Set(readAll),
  scraper: new Set(['metrics.read']),
};

let bench: ApiBench;
const tokens = new Map<string, string>();

beforeAll(async () => {
  bench = await openApiBench();
  await bench.store.roles.create({ name: nothing, permissions: [], hosts: undefined });
  await bench.addUser('someone', nothing);
  for (const role of Object.keys(roles)) tokens.set(role, await bench.token(role));
});
afterAll(() => bench[Symbol.asyncDispose]());

test('the table has every route', () => {
  const declared = bench.api.routes.map(({ method, path }) => `${method} ${path}`);
  expect(declared.toSorted()).toEqual(Object.keys(table).toSorted());
});

async function statusOf(route: string, row: Row, options: CallOptions): Promise<number> {
  const { path, body } = await row.call(bench);
  const [method = ''] = route.split(' ');
  return (await bench.call(method, path, { ...options, ...(body === undefined ? {} : { body }) })).status;
}

for (const [route, row] of Object.entries(table)) {
  const { needs, status, tokenStatus = status } = row;
  const isPermission = needs !== 'open' && needs !== 'authenticated';

  test(`${route} without credentials`, async () => {
    expect(await statusOf(route, row, {})).toBe(needs === 'open' ? status : 401);
  });

  for (const [role, allowed] of Object.entries(roles))
    test(`${route} with the role ${role}`, async () => {
      const expected = !isPermission || allowed.has(needs) ? tokenStatus : 403;
      expect(await statusOf(route, row, { token: tokens.get(role) ?? '' })).toBe(expected);
    });

  test(`${route} with a role of just its permission`, async () => {
    const token = await bench.tokenFor(isPermission ? [needs] : []);
    expect(await statusOf(route, row, { token })).toBe(tokenStatus);
  });

  test(`${route} with a role of all permissions but its own`, async () => {
    const token = await bench.tokenFor(permissions.filter((permission) => permission !== needs));
    expect(await statusOf(route, row, { token })).toBe(isPermission ? 403 : tokenStatus);
  });

  test(`${route} in a session`, async () => {
    await bench.addUser(fresh('admin'), 'admin');
    const headers = await bench.login(`admin-${String(made)}`);
    expect(await statusOf(route, row, { headers })).toBe(status);
  });

  test(`${route} by a role that is no longer there`, async () => {
    const token = await bench.token(fresh('gone'));
    expect(await statusOf(route, row, { token })).toBe(isPermission ? 403 : tokenStatus);
  });
}
