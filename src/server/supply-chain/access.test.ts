import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtInRoles, type Permission } from '../../protocol/permissions.ts';
import { admin, openSupplyBench, trivyReport, type SupplyBench } from './test-kit/supply-bench.ts';

/** What every route needs, written out by hand. */
const table: Readonly<Record<string, Permission | 'owner'>> = {
  'GET /api/v1/orgs': 'images.read',
  'POST /api/v1/orgs': 'orgs.write',
  'POST /api/v1/orgs/acme/tokens': 'owner',
  'POST /api/v1/orgs/acme/reports': 'images.write',
  'GET /api/v1/orgs/acme/images': 'images.read',
  'GET /api/v1/orgs/acme/image?ref=app': 'images.read',
  'DELETE /api/v1/orgs/acme/image?ref=gone': 'images.write',
  'GET /api/v1/orgs/acme/environments': 'images.read',
  'POST /api/v1/orgs/acme/environments/production': 'images.write',
  'DELETE /api/v1/orgs/acme/environments/production?ref=gone': 'images.write',
  'POST /api/v1/orgs/acme/environments/production/rules': 'images.write',
  'DELETE /api/v1/orgs/acme/environments/production/rules?kind=host&value=x': 'images.write',
  'GET /api/v1/orgs/acme/policies': 'images.read',
  'GET /api/v1/orgs/acme/policies/no-default-root-user': 'images.read',
  'PUT /api/v1/orgs/acme/policies/no-default-root-user': 'images.write',
  'DELETE /api/v1/orgs/acme/policies/own': 'images.write',
  'POST /api/v1/orgs/acme/scans': 'images.write',
};

let bench: SupplyBench;
beforeAll(async () => {
  bench = await openSupplyBench({
    config: { scan: { scanner: 'none', intervalMs: 0, timeoutMs: 1000, environment: {} } },
  });
  await bench.addOrg('acme');
  await bench.push(trivyReport('app', []));
});
afterAll(() => bench[Symbol.asyncDispose]());

test('the table has every route but the two of the exporter', () => {
  const declared = bench.supply.routes.map(({ method, path }) => `${method} ${path}`);
  const listed = Object.keys(table).map((route) =>
    route
      .replace(/\?.*/, '')
      .replace('/acme', '/:org')
      .replace('/production', '/:name')
      .replace(/policies\/[^/]+$/, 'policies/:id'),
  );
  const exporter = ['GET /v1/exporter/org/:org', 'GET /v1/exporter/org/:org/metrics'];
  expect(declared.toSorted()).toEqual([...listed, ...exporter].toSorted());
});

let made = 0;

/** The status for a call that is right as far as rights go; what else is wrong with it, is told after those. */
async function statusOf(route: string, token?: string): Promise<number> {
  const [method = '', path = ''] = route.split(' ');
  made += 1;
  const name = `t-${String(made)}`;
  const body = path.endsWith('/tokens')
    ? { name }
    : path.endsWith('/orgs')
      ? { name, owner: 'nobody' }
      : path.endsWith('/production')
        ? { images: ['unknown'] }
        : path.endsWith('/rules')
          ? { kind: 'host', value: name }
          : {};
  const { status } = await bench.call(method, path, {
    ...(token === undefined ? {} : { token }),
    ...(method === 'GET' || method === 'DELETE' ? {} : { body }),
  });
  return status;
}

for (const [route, needs] of Object.entries(table)) {
  test(`${route} without credentials`, async () => {
    expect(await statusOf(route)).toBe(401);
  });

  for (const [role, permissions] of Object.entries(builtInRoles))
    test(`${route} with the role ${role}`, async () => {
      const allowed: readonly string[] = permissions;
      const mayDo = needs === 'owner' ? allowed.includes('tokens.write') : allowed.includes(needs);
      const status = await statusOf(route, await bench.token(role));
      if (mayDo) expect([200, 201, 204, 400, 404, 409, 422]).toContain(status);
      else expect(status).toBe(403);
    });

  test(`${route} with a token that is limited to hosts`, async () => {
    await bench.store.roles.create({ name: 'limited', permissions: builtInRoles.admin, hosts: ['web-1'] });
    expect(await statusOf(route, await bench.token('limited'))).toBe(403);
  });
}

test('an owner makes tokens for himself in a session, and for nobody else', async () => {
  const call = async (name: string, body: object) =>
    bench.call('POST', '/api/v1/orgs/acme/tokens', {
      principal: { kind: 'user', name, permissions: new Set(), hosts: undefined },
      body,
    });
  expect((await call('ann', { name: 'own' })).json).toMatchObject({ org: 'acme', user: 'ann' });
  expect((await call('ann', { name: 'own' })).json).toMatchObject({ code: 'TOKEN_EXISTS' });
  await bench.store.users.create({ name: 'bob', role: 'viewer', passwordHash: '' });
  await bench.store.orgs.addOwner('acme', 'bob');
  expect(await call('ann', { name: 'other', user: 'bob' })).toMatchObject({
    status: 403,
    json: { code: 'ORG_OWNER_ONLY' },
  });
  expect(await call('eve', { name: 'hers' })).toMatchObject({ status: 403 });
  expect((await call('bob', { name: 'his' })).json).toMatchObject({ user: 'bob' });
  const named = (user: string) =>
    bench.call('POST', '/api/v1/orgs/acme/tokens', { ...admin, body: { name: `of-${user}`, user, expires: '90d' } });
  expect((await named('bob')).json).toMatchObject({ user: 'bob', expiresAt: expect.any(String) as string });
  expect(await named('eve')).toMatchObject({ status: 409, json: { code: 'ORG_NO_OWNER' } });
  const stored = await bench.store.tokens.get('of-bob');
  expect(stored).toMatchObject({ kind: 'org', role: '', scope: '{"org":"acme","user":"bob"}' });
});

test('organisations have names of their own and owners that are there', async () => {
  const create = (body: object) => bench.call('POST', '/api/v1/orgs', { ...admin, body });
  expect((await create({ name: 'b', owner: 'ann' })).json).toMatchObject({ name: 'b', owners: ['ann'] });
  expect(await create({ name: 'b', owner: 'ann' })).toMatchObject({ status: 409, json: { code: 'ORG_EXISTS' } });
  expect(await create({ name: 'c', owner: 'nobody' })).toMatchObject({ status: 409, json: { code: 'USER_UNKNOWN' } });
  expect((await create({ name: 'a/b', owner: 'ann' })).status).toBe(400);
  const { items } = (await bench.call('GET', '/api/v1/orgs', admin)).json;
  expect((items as { name: string }[]).map(({ name }) => name)).toEqual(['acme', 'b']);
});

test('what is described is what there is: the routes have schemas that OpenAPI can say', async () => {
  const { paths } = (await bench.call('GET', '/api/v1/openapi.json')).json;
  expect(paths).toHaveProperty(['/api/v1/orgs/{org}/reports', 'post']);
  expect(paths).toHaveProperty(['/v1/exporter/org/{org}/metrics', 'get']);
});
