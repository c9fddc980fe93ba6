import { describe, expect, test } from 'vitest';
import type { MakeBench } from './bench.ts';
import { hostileNames } from './names.ts';

/** Settings, keys, roles, users, sessions, guards and tokens. */
export function identitySuite(makeBench: MakeBench): void {
  describe('identity', () => {
    test('settings are set, and replaced', async () => {
      const store = await (await makeBench()).open();
      expect(await store.settings.get('a')).toBeUndefined();
      await store.settings.set('a', '1');
      await store.settings.set('a', '2');
      expect(await store.settings.get('a')).toBe('2');
    });

    test('of two who store a key at once both get the same, and it lies there sealed', async () => {
      const bench = await makeBench();
      const [one, other] = [await bench.open(), await bench.open()];
      const got = await Promise.all([one.keys.putIfAbsent('ca', 'PEM one'), other.keys.putIfAbsent('ca', 'PEM other')]);
      expect(got[0]).toBe(got[1]);
      expect(await one.keys.get('ca')).toBe(got[0]);
      await one.keys.replace('ca', 'PEM new');
      expect(await other.keys.get('ca')).toBe('PEM new');
      expect(await other.keys.get('none')).toBeUndefined();
      await one.keys.putIfAbsent('other', 'PEM new');
      await bench.tamper(`update sealed_keys set sealed = (select sealed from sealed_keys where name = 'ca')`);
      await expect(one.keys.get('other')).rejects.toMatchObject({ code: 'STORE_KEY_WRONG' });
    });

    test('a role is created once and removed when nobody has it', async () => {
      const store = await (await makeBench()).open();
      const role = { name: 'ops', permissions: ['hosts.read'] as const, hosts: ['web-1'] };
      expect(await store.roles.create(role)).toBe(true);
      expect(await store.roles.create({ ...role, hosts: undefined })).toBe(false);
      expect(await store.roles.get('ops')).toMatchObject(role);
      expect(await store.roles.get('none')).toBeUndefined();
      await store.users.create({ name: 'ann', passwordHash: 'h', role: 'ops' });
      expect(await store.roles.remove('ops')).toBe('used');
      await store.users.setRole('ann', 'viewer');
      await store.tokens.create(token('t', { role: 'ops' }));
      expect(await store.roles.remove('ops')).toBe('used');
      await store.tokens.remove('t');
      expect(await store.roles.remove('ops')).toBe('removed');
      expect(await store.roles.remove('ops')).toBe('unknown');
    });

    test('permissions that this version does not know are left out', async () => {
      const bench = await makeBench();
      const store = await bench.open();
      await store.roles.create({ name: 'ops', permissions: ['hosts.read'], hosts: undefined });
      await bench.tamper(`update roles set permissions = '["rockets.launch","hosts.read"]'`);
      expect((await store.roles.get('ops'))?.permissions).toEqual(['hosts.read']);
    });

    test('users: count, change, and removal with their sessions', async () => {
      const store = await (await makeBench()).open();
      const now = await store.now();
      const ann = { name: 'ann', passwordHash: 'h', role: 'admin' };
      expect(await store.users.create(ann)).toBe(true);
      expect(await store.users.create(ann)).toBe(false);
      await store.users.create({ ...ann, name: 'bob', role: 'viewer' });
      expect([await store.users.count(), await store.users.countWithRole('admin')]).toEqual([2, 1]);
      expect(await store.users.setPassword('ann', 'i')).toBe(true);
      expect(await store.users.setRole('none', 'admin')).toBe(false);
      expect(await store.users.get('ann')).toMatchObject({ ...ann, passwordHash: 'i' });
      const session = { idHash: 'a', user: 'ann', csrf: 'c', createdAt: now, expiresAt: now + 60_000 };
      await store.sessions.create(session);
      expect(await store.sessions.get('a')).toEqual(session);
      expect(await store.users.remove('ann')).toBe(true);
      expect(await store.users.remove('ann')).toBe(false);
      expect(await store.sessions.get('a')).toBeUndefined();
    });

    test('sessions end by time, one by one, or all of a user', async () => {
      const store = await (await makeBench()).open();
      const now = await store.now();
      for (const name of ['ann', 'bob']) await store.users.create({ name, passwordHash: 'h', role: 'admin' });
      const add = (idHash: string, user: string, expiresAt: number): Promise<void> =>
        store.sessions.create({ idHash, user, csrf: 'c', createdAt: now, expiresAt });
      await add('old', 'ann', now - 1);
      for (const id of ['1', '2', '3']) await add(id, 'ann', now + 60_000);
      await add('4', 'bob', now + 60_000);
      expect(await store.sessions.get('old')).toBeUndefined();
      expect(await store.sessions.removeExpired()).toBe(1);
      await store.sessions.remove('1');
      expect(await store.sessions.get('1')).toBeUndefined();
      await store.sessions.removeOfUser('ann');
      expect(await Promise.all(['2', '3', '4'].map((id) => store.sessions.get(id)))).toMatchObject([
        undefined,
        undefined,
        { user: 'bob' },
      ]);
    });

    test('each of many failures at once has a count of its own, and locks are never shortened', async () => {
      const bench = await makeBench();
      const stores = [await bench.open(), await bench.open()];
      const [store] = stores as [(typeof stores)[0]];
      expect(await store.loginGuards.get('user:ann')).toEqual({ failures: 0, lockedUntil: 0 });
      const counts: number[] = [];
      const lockMs = (failures: number): number => {
        counts.push(failures);
        return failures === 20 ? 60_000 : 0;
      };
      await Promise.all(
        Array.from({ length: 20 }, (_, n) => (stores[n % 2] ?? store).loginGuards.fail('user:ann', lockMs)),
      );
      expect(counts.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
      const locked = await store.loginGuards.get('user:ann');
      expect(locked.failures).toBe(20);
      expect(locked.lockedUntil).toBeGreaterThan(await store.now());
      const again = await store.loginGuards.fail('user:ann', () => 1);
      expect(again).toEqual({ failures: 21, lockedUntil: locked.lockedUntil });
      expect(await store.loginGuards.removeOlderThan(3_600_000)).toBe(0);
      await store.loginGuards.clear('user:ann');
      expect(await store.loginGuards.get('user:ann')).toEqual({ failures: 0, lockedUntil: 0 });
    });

    test('tokens are found by hash and name; a use is written down', async () => {
      const store = await (await makeBench()).open();
      const now = await store.now();
      const created = token('prometheus', { hosts: ['web-1'], expiresAt: now - 1000 });
      expect(await store.tokens.create(created)).toBe(true);
      expect(await store.tokens.create({ ...created, hash: 'another' })).toBe(false);
      expect(await store.tokens.find(created.hash)).toMatchObject({ ...created, lastUsedAt: undefined });
      await store.tokens.touch(created.hash);
      const used = (await store.tokens.get('prometheus'))?.lastUsedAt;
      expect(used).toBeGreaterThanOrEqual(now);
      await store.tokens.touch(created.hash);
      expect((await store.tokens.get('prometheus'))?.lastUsedAt).toBe(used);
      await store.tokens.create(token('eternal', {}));
      expect((await store.tokens.get('eternal'))?.expiresAt).toBeUndefined();
      expect(await store.tokens.removeExpiredBefore(now - 2000)).toBe(0);
      expect(await store.tokens.removeExpiredBefore(now)).toBe(1);
      expect(await store.tokens.remove('eternal')).toBe(true);
      expect(await store.tokens.find('hash of eternal')).toBeUndefined();
    });

    test('names are data, whatever is in them; pages are in the order of code points', async () => {
      const store = await (await makeBench()).open();
      for (const name of hostileNames) {
        expect(await store.users.create({ name, passwordHash: name, role: name })).toBe(true);
        expect(await store.users.get(name)).toMatchObject({ name, passwordHash: name, role: name });
        expect(await store.users.countWithRole(name)).toBe(1);
        await store.settings.set(name, name);
        expect(await store.settings.get(name)).toBe(name);
      }
      for (const name of ['b', 'B', 'a', 'Z', 'ä']) await store.users.create({ name, passwordHash: '', role: '' });
      const seen: string[] = [];
      for (let after: string | undefined; ;) {
        const page = await store.users.list({ limit: 3, after });
        if (page.length === 0) break;
        expect(page.length).toBeLessThanOrEqual(3);
        seen.push(...page.map(({ name }) => name));
        after = seen.at(-1);
      }
      expect(seen).toEqual(seen.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
      expect(new Set(seen).size).toBe(hostileNames.length + 5);
    });

    test('text that PostgreSQL cannot hold does no harm', async () => {
      const store = await (await makeBench()).open();
      expect(await store.users.get('a\0b')).toBeUndefined();
      await store.settings.set('x', 'a\0b\uD800c');
      expect(await store.settings.get('x')).toBe('a\uFFFDb\uFFFDc');
    });
  });
}

export function token(name: string, changes: object) {
  const usual = { hash: `hash of ${name}`, kind: 'api', role: 'scraper', hosts: undefined };
  return { name, ...usual, scope: '', createdBy: 'local', expiresAt: undefined, ...changes };
}
