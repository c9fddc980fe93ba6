import { describe, expect, test } from 'vitest';
import { restoreDump } from '../restore-dump.ts';
import type { Store } from '../store.ts';
import { makeSqliteBench, type MakeBench, type StoreBench } from './bench.ts';
import { hostileNames } from './names.ts';
import { collect, fromArray } from './lines.ts';
import { token } from './identity-suite.ts';

/** Backups, between this kind of database and SQLite, both ways. */
export function backupSuite(makeBench: MakeBench): void {
  describe('backup', () => {
    test.each([
      ['here to here', makeBench, makeBench],
      ['here to SQLite', makeBench, makeSqliteBench],
      ['SQLite to here', makeSqliteBench, makeBench],
    ] as const)('from %s and it is the same', async (_name, makeSource, makeTarget) => {
      const source = await (await makeSource()).open();
      await fill(source);
      const lines = await collect(source.dump());
      expect(lines.length).toBeGreaterThan(20);
      const target = await makeTarget();
      await restoreDump(target.options, fromArray(lines.map((line) => `${line}\n`)), { force: false });
      const restored = await target.open({ role: 'server' });
      expect(await restored.keys.get('ca')).toBe('PEM');
      expect(await restored.audit.verify()).toEqual(await source.audit.verify());
      expect(await restored.audit.counts()).toEqual(await source.audit.counts());
      expect(await restored.users.list({ limit: 99 })).toEqual(await source.users.list({ limit: 99 }));
      expect(await restored.tokens.get('t')).toEqual(await source.tokens.get('t'));
      expect(await restored.hosts.all()).toEqual(await source.hosts.all());
      expect(await restored.certificates.get('c1')).toEqual(await source.certificates.get('c1'));
      expect(await restored.batches.lastId()).toBe(0);
      expect((await restored.audit.append({ actor: 'a', action: 'b', target: '', detail: {} })).number).toBe(4);
      expect(await restored.audit.verify()).toMatchObject({ valid: true, entries: 4 });
      const again = await collect(source.dump());
      // all but the header, which has the time, and the end, which has its hash
      expect(again.slice(1, -1)).toEqual(lines.slice(1, -1));
    });

    test('a file that was cut or changed is refused, and nothing is written', async () => {
      const source = await (await makeBench()).open();
      await fill(source);
      const lines = await collect(source.dump());
      const host = lines.findIndex((line) => line.includes('"hosts"'));
      const damaged: string[][] = [
        [],
        ['{}'],
        lines.slice(0, -1),
        lines.slice(0, 9),
        lines.slice(1),
        lines.toSpliced(host, 1),
        lines.with(host, (lines[host] ?? '').replace('web-1', 'web-2')),
        lines.with(host, 'nonsense'),
        lines.with(host, '{"table":"sqlite_master","row":{}}'),
        lines.with(host, '{"table":"hosts","row":{"id\\") values (1); drop table users; --":"x"}}'),
        lines.with(host, '{"table":"hosts","row":{"id":"x"}}'),
        [...lines, lines[host] ?? ''],
      ];
      const target = await makeBench();
      for (const file of damaged) {
        await expect(restoreDump(target.options, fromArray(file), { force: false })).rejects.toMatchObject({
          code: 'BACKUP_INVALID',
        });
      }
      const store = await target.open();
      expect([await store.users.count(), await store.hosts.all(), (await store.audit.head()).number]).toEqual([
        0,
        [],
        0,
      ]);
      expect(await store.audit.verify()).toMatchObject({ valid: true, entries: 0 });
      await store.close();
      await restoreDump(target.options, fromArray(lines), { force: false });
    });

    test('a state with anything in it is replaced only by force', async () => {
      const source = await (await makeBench()).open();
      await fill(source);
      const lines = await collect(source.dump());
      const target = await makeBench();
      await useABit(target);
      await expect(restoreDump(target.options, fromArray(lines), { force: false })).rejects.toMatchObject({
        code: 'STORE_NOT_EMPTY',
      });
      await expect(restoreDump(target.options, fromArray(lines.slice(0, -1)), { force: true })).rejects.toMatchObject({
        code: 'BACKUP_INVALID',
      });
      const kept = await target.open();
      expect(await kept.audit.verify()).toMatchObject({ valid: true, entries: 1 });
      expect(await kept.keys.get('mine')).toBe('my key');
      await kept.close();
      await restoreDump(target.options, fromArray(lines), { force: true });
      const store = await target.open();
      expect([await store.keys.get('mine'), await store.keys.get('ca')]).toEqual([undefined, 'PEM']);
      expect(await store.audit.verify()).toMatchObject({ valid: true, entries: 3 });
      expect(await store.hosts.get('mine')).toBeUndefined();
    });

    test('a state that a server works on is left alone', async () => {
      const target = await makeBench();
      const server = await target.open({ role: 'server' });
      await server.instances.start({ id: 'i', serverId: server.serverId, version: '1', address: 'a' });
      const lines = await collect(server.dump());
      const attempt = restoreDump(target.options, fromArray(lines), { force: true });
      await expect(attempt).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    });

    test('a backup of a newer version is refused', async () => {
      const store = await (await makeBench()).open();
      const [header = '', ...rest] = await collect(store.dump());
      const target = await makeBench();
      for (const newer of [header.replace('"version":1', '"version":2'), header.replace('0001-fleet', '0099-more')]) {
        const attempt = restoreDump(target.options, fromArray([newer, ...rest]), { force: true });
        await expect(attempt).rejects.toMatchObject({ code: 'STORE_NEWER' });
      }
    });

    test('a backup is of one moment, and writers go on meanwhile', async () => {
      const bench = await makeBench();
      const store = await bench.open();
      await store.users.create({ name: 'before', passwordHash: 'h', role: 'r' });
      const lines: string[] = [];
      for await (const line of store.dump()) {
        if (lines.length === 0) {
          lines.push(line);
          continue;
        }
        if (lines.length === 1) await store.users.create({ name: 'zmeanwhile', passwordHash: 'h', role: 'r' });
        lines.push(line);
      }
      expect(lines.some((line) => line.includes('before'))).toBe(true);
      expect(lines.some((line) => line.includes('zmeanwhile'))).toBe(false);
      expect(await store.users.count()).toBe(2);
    });

    test('one that is not read to its end keeps nothing open', async () => {
      const store = await (await makeBench()).open();
      for (let n = 0; n < 20; n += 1) {
        for await (const line of store.dump()) {
          expect(line).toContain('backup');
          break;
        }
      }
    });
  });
}

async function fill(store: Store): Promise<void> {
  const now = await store.now();
  await store.keys.putIfAbsent('ca', 'PEM');
  await store.settings.set('agent_urls', 'https://x');
  await store.roles.create({ name: 'ops', permissions: ['hosts.read'], hosts: ['web-1'] });
  for (const name of hostileNames) await store.users.create({ name, passwordHash: name, role: 'ops' });
  await store.sessions.create({ idHash: 's', user: '%', csrf: 'c', createdAt: now, expiresAt: now + 60_000 });
  await store.tokens.create(token('t', { hosts: ['web-1'], expiresAt: now }));
  await store.hosts.create({ id: 'h1', name: 'web-1', agentUrl: '' });
  await store.joinTokens.create({ hash: 'j', hostId: 'h1', expiresAt: now });
  await store.certificates.create({ serial: 'c1', hostId: 'h1', publicKey: 'k', notBefore: now, notAfter: now });
  await store.inventories.write({ hostId: 'h1', containers: '[]' });
  await store.batches.add([
    { hostId: 'h1', bootId: 'b', number: 1, at: now, isLate: false, instanceId: 'i', data: new Uint8Array(9) },
  ]);
  for (const target of ['a', 'b', 'c'])
    await store.audit.append({ actor: 'local', action: 'x', target, detail: { n: [1] } });
}

async function useABit(bench: StoreBench): Promise<void> {
  const store = await bench.open();
  await store.keys.putIfAbsent('mine', 'my key');
  await store.hosts.create({ id: 'mine', name: 'mine', agentUrl: '' });
  await store.audit.append({ actor: 'me', action: 'mine', target: '', detail: {} });
  await store.close();
}
