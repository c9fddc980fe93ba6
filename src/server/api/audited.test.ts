import { expect, test } from 'vitest';
import type { Store, Tables } from '../../store/store.ts';
import { openApiBench, usualPassword, type ApiBench } from './test-kit/api-bench.ts';

interface Change {
  method: string;
  path: string;
  body?: unknown;
  /** Made in a session of the user `ann`. */
  inSession?: boolean;
  entry: { action: string; target: string };
}

/** Every call that changes something, once; what each needs is there from the start. */
const changes: readonly Change[] = [
  {
    method: 'POST',
    path: '/api/v1/hosts',
    body: { name: 'new', agentUrl: 'https://a:1,https://b:2', expires: '2h' },
    entry: { action: 'host.create', target: 'host:new' },
  },
  {
    method: 'POST',
    path: '/api/v1/hosts/alpha/join-token',
    body: {},
    entry: { action: 'host.join-token', target: 'host:alpha' },
  },
  { method: 'DELETE', path: '/api/v1/hosts/beta', entry: { action: 'host.remove', target: 'host:beta' } },
  {
    method: 'POST',
    path: '/api/v1/tokens',
    body: { name: 'new', role: 'viewer', hosts: ['alpha'], expires: '30d' },
    entry: { action: 'token.create', target: 'token:new' },
  },
  { method: 'DELETE', path: '/api/v1/tokens/old', entry: { action: 'token.revoke', target: 'token:old' } },
  {
    method: 'POST',
    path: '/api/v1/users',
    body: { name: 'new', role: 'viewer', password: 'a new password' },
    entry: { action: 'user.create', target: 'user:new' },
  },
  {
    method: 'PUT',
    path: '/api/v1/users/old/password',
    body: { password: 'a new password' },
    entry: { action: 'user.password', target: 'user:old' },
  },
  {
    method: 'PATCH',
    path: '/api/v1/users/old',
    body: { role: 'operator' },
    entry: { action: 'user.role', target: 'user:old' },
  },
  { method: 'DELETE', path: '/api/v1/users/old', entry: { action: 'user.remove', target: 'user:old' } },
  {
    method: 'POST',
    path: '/api/v1/roles',
    body: { name: 'new', permissions: ['hosts.read'] },
    entry: { action: 'role.create', target: 'role:new' },
  },
  { method: 'DELETE', path: '/api/v1/roles/old', entry: { action: 'role.remove', target: 'role:old' } },
  {
    method: 'PUT',
    path: '/api/v1/session/password',
    body: { oldPassword: usualPassword, password: 'a new password' },
    inSession: true,
    entry: { action: 'user.password', target: 'user:ann' },
  },
  { method: 'DELETE', path: '/api/v1/session', inSession: true, entry: { action: 'session.end', target: 'user:ann' } },
  {
    method: 'POST',
    path: '/api/v1/session',
    body: { name: 'ann', password: usualPassword },
    entry: { action: 'session.create', target: 'user:ann' },
  },
  { method: 'GET', path: '/api/v1/server/backup', entry: { action: 'server.backup', target: 'server' } },
];

async function prepare(wrap?: (store: Store) => Store): Promise<ApiBench> {
  const bench = await openApiBench(wrap === undefined ? {} : { wrap });
  await bench.addUser('ann', 'admin');
  await bench.addUser('old', 'viewer');
  await bench.store.roles.create({ name: 'old', permissions: ['hosts.read'], hosts: undefined });
  const token = { name: 'old', hash: 'x', kind: 'api', role: 'viewer', hosts: undefined, scope: '', createdBy: 'test' };
  await bench.store.tokens.create({ ...token, expiresAt: undefined });
  return bench;
}

async function make(
  bench: ApiBench,
  { method, path, body, inSession = false }: Change,
  session: Record<string, string>,
) {
  const credentials = inSession ? { headers: session } : { token: await bench.token('admin') };
  return bench.call(method, path, { ...credentials, ...(body === undefined ? {} : { body }) });
}

/** All that a call may change, as far as the API shows it. */
async function stateOf({ store }: ApiBench): Promise<unknown> {
  const page = { limit: 100 };
  const tokens = (await store.tokens.list(page)).filter(({ createdBy }) => createdBy === 'test' || createdBy === 'old');
  return {
    hosts: (await store.hosts.all()).map(({ name }) => name),
    tokens: tokens.map(({ name }) => name).filter((name) => !name.startsWith('made-')),
    users: (await store.users.list(page)).map(({ name, role, passwordHash }) => [name, role, passwordHash]),
    roles: (await store.roles.list(page)).map(({ name }) => name),
    entries: (await store.audit.list({ limit: 500 })).length,
  };
}

for (const change of changes) {
  const name = `${change.method} ${change.path}`;

  test(`${name} leaves exactly one entry, without secrets`, async () => {
    await using bench = await prepare();
    const session = await bench.login('ann');
    const before = (await bench.entries()).length;
    const answer = await make(bench, change, session);
    expect(answer.status, answer.text).toBeLessThan(300);
    const entries = await bench.entries();
    expect(entries).toHaveLength(before + 1);
    expect(entries[0]).toMatchObject(change.entry);
    const actor = change.inSession === true || change.path.endsWith('/session') ? 'user:ann' : 'token:made-1';
    expect(entries[0]?.actor).toBe(actor);
    const told = JSON.stringify(entries);
    for (const secret of ['a new password', usualPassword, answer.json.token, answer.json.joinToken, answer.json.csrf])
      if (typeof secret === 'string') expect(told).not.toContain(secret);
    expect(told).not.toMatch(/scrypt|tmn_|tmj_/);
    expect(await bench.store.audit.verify()).toMatchObject({ valid: true });
  });

  test(`${name} does nothing where its entry cannot be written`, async () => {
    let isBroken = false;
    await using bench = await prepare((store) => ({
      ...store,
      transaction: (work) =>
        store.transaction((tables) => work(isBroken ? { ...tables, audit: withoutAppend(tables) } : tables)),
    }));
    const session = await bench.login('ann');
    const before = await stateOf(bench);
    isBroken = true;
    const { status } = await make(bench, change, session);
    isBroken = false;
    expect(status).toBe(500);
    expect(await stateOf(bench)).toEqual(before);
    expect([bench.cut, bench.forgotten]).toEqual([[], []]);
    // The session is as it was too.
    expect((await bench.call('GET', '/api/v1/session', { headers: session })).status).toBe(200);
  });
}

function withoutAppend({ audit }: Tables): Tables['audit'] {
  return { ...audit, append: () => Promise.reject(new Error('the disk of the audit log is on fire')) };
}

test('every route that changes something is tried here', async () => {
  await using bench = await openApiBench();
  const declared = bench.api.routes
    .filter(({ method, audit }) => method !== 'GET' || audit !== undefined)
    .map(({ method, path }) => `${method} ${path.replace(/:\w+/g, '*')}`);
  const tried = changes.map(
    ({ method, path }) => `${method} ${path.replace(/(?<=\/(?:hosts|tokens|users|roles)\/)[^/]+/, '*')}`,
  );
  expect(declared.toSorted()).toEqual([...new Set(tried)].toSorted());
});

test('what is refused leaves no entry', async () => {
  await using bench = await prepare();
  const token = await bench.token('admin');
  const before = (await bench.entries()).length;
  const calls = [
    bench.call('POST', '/api/v1/hosts', { token, body: { name: 'alpha' } }),
    bench.call('DELETE', '/api/v1/hosts/unknown', { token }),
    bench.call('POST', '/api/v1/tokens', { token, body: { name: 'old', role: 'viewer' } }),
    bench.call('POST', '/api/v1/users', { token, body: { name: 'x', role: 'unknown', password: 'long enough' } }),
    bench.call('DELETE', '/api/v1/roles/unknown', { token }),
    bench.call('DELETE', '/api/v1/roles/viewer', { token }),
  ];
  expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([409, 404, 409, 409, 404, 409]);
  expect(await bench.entries()).toHaveLength(before);
});

test('the log is read in pages, filtered, and exported with its signed head as the last line', async () => {
  await using bench = await openApiBench();
  const token = await bench.token('admin');
  for (let n = 0; n < 7; n += 1)
    await bench.call('POST', '/api/v1/tokens', { token, body: { name: `t${String(n)}`, role: 'viewer' } });
  await bench.call('DELETE', '/api/v1/tokens/t3', { token });

  const numbers: unknown[] = [];
  let cursor = '';
  do {
    const { json } = await bench.call('GET', `/api/v1/audit?limit=3${cursor}`, { token });
    numbers.push(...(json.items as { number: number }[]).map(({ number }) => number));
    cursor = json.next === undefined ? '' : `&cursor=${json.next as string}`;
  } while (cursor !== '');
  expect(numbers).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);

  const revoked = await bench.call('GET', '/api/v1/audit?action=token.revoke', { token });
  expect(revoked.json.items).toMatchObject([{ number: 8, action: 'token.revoke', target: 'token:t3' }]);
  expect((revoked.json.items as { at: string }[])[0]?.at).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  const early = await bench.call('GET', '/api/v1/audit?before=3', { token });
  expect((early.json.items as { number: number }[]).map(({ number }) => number)).toEqual([2, 1]);

  const { text, headers } = await bench.call('GET', '/api/v1/audit/export', { token });
  expect(headers.get('content-type')).toBe('application/jsonl');
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, undefined]);
  expect(lines.at(-1)).toEqual({ head: await bench.store.audit.head() });

  const verdict = await bench.call('GET', '/api/v1/audit/verify', { token });
  expect(verdict.json).toMatchObject({ valid: true, entries: 8 });
});

test('a backup is the dump, and in the log before it begins', async () => {
  await using bench = await openApiBench();
  const { status, text } = await bench.call('GET', '/api/v1/server/backup', { token: await bench.token('admin') });
  expect(status).toBe(200);
  const lines = text.trimEnd().split('\n');
  expect(lines.length).toBeGreaterThan(3);
  for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
  expect(text).toContain('server.backup');
});
