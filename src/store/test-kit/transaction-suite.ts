import { describe, expect, test } from 'vitest';
import type { MakeBench } from './bench.ts';

/** All or nothing, one after the other; and opening a state. */
export function transactionSuite(makeBench: MakeBench): void {
  describe('transactions', () => {
    test('all of the work or nothing', async () => {
      const store = await (await makeBench()).open();
      const failing = store.transaction(async (tables) => {
        await tables.hosts.create({ id: 'h1', name: 'web-1', agentUrl: '' });
        await tables.audit.append({ actor: 'local', action: 'host.create', target: 'web-1', detail: {} });
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect([await store.hosts.all(), (await store.audit.head()).number]).toEqual([[], 0]);
      const done = await store.transaction(async (tables) => {
        await tables.hosts.create({ id: 'h1', name: 'web-1', agentUrl: '' });
        return (await tables.hosts.all()).length;
      });
      expect([done, (await store.hosts.all()).length]).toEqual([1, 1]);
    });

    test('statements of others do not slip into it', async () => {
      const store = await (await makeBench()).open();
      const failing = store.transaction(async (tables) => {
        await tables.settings.set('inside', '1');
        await new Promise((resolve) => setTimeout(resolve, 20));
        throw new Error('no');
      });
      const [, outside] = await Promise.allSettled([failing, store.settings.set('outside', '1')]);
      expect(outside.status).toBe('fulfilled');
      expect([await store.settings.get('inside'), await store.settings.get('outside')]).toEqual([undefined, '1']);
    });

    test('what is read before a write is still so', async () => {
      const bench = await makeBench();
      const stores = [await bench.open(), await bench.open()] as const;
      await stores[0].settings.set('count', '0');
      await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          stores[n % 2 === 0 ? 0 : 1].transaction(async (tables) => {
            const before = Number(await tables.settings.get('count'));
            await tables.settings.set('count', String(before + 1));
          }),
        ),
      );
      expect(await stores[0].settings.get('count')).toBe('20');
    });

    test('the store itself is refused within the work', async () => {
      const store = await (await makeBench()).open();
      await expect(store.transaction(() => store.users.count())).rejects.toThrow('use the tables');
      await expect(store.transaction(() => store.transaction(() => Promise.resolve()))).rejects.toThrow(
        'use the tables',
      );
      await store.transaction(() => Promise.resolve());
      expect(await store.users.count()).toBe(0);
    });

    test('it can be closed twice, and says so afterwards', async () => {
      const store = await (await makeBench()).open();
      await store.close();
      await store.close();
      await expect(store.users.count()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      await expect(store.transaction((tables) => tables.users.count())).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
      });
    });

    test('several that open an empty state at once share it', async () => {
      const bench = await makeBench();
      const stores = await Promise.all(Array.from({ length: 4 }, () => bench.open()));
      const keys = await Promise.all(stores.map((store, n) => store.keys.putIfAbsent('k', `value ${n}`)));
      expect(new Set(keys).size).toBe(1);
      await Promise.all(
        stores.map((store, n) => store.audit.append({ actor: `a${n}`, action: 'x', target: '', detail: {} })),
      );
      for (const store of stores) expect(await store.audit.verify()).toMatchObject({ valid: true, entries: 4 });
      const again = await bench.open();
      expect(await again.keys.get('k')).toBe(keys[0]);
    });

    test('a state that a newer version has used is refused', async () => {
      const bench = await makeBench();
      await (await bench.open()).close();
      await bench.tamper(
        `insert into kysely_migration (name, timestamp) values ('9999-future', '2999-01-01T00:00:00Z')`,
      );
      await expect(bench.open()).rejects.toMatchObject({ code: 'STORE_NEWER' });
    });

    test('a second server on one data folder is refused until the first has gone', async () => {
      const bench = await makeBench();
      const server = await bench.open({ role: 'server' });
      expect(server.serverId).toMatch(/^[0-9a-f-]{36}$/);
      await expect(bench.open({ role: 'server' })).rejects.toMatchObject({ code: 'STORE_LOCKED' });
      const tool = await bench.open();
      expect(tool.serverId).toBe('');
      await server.close();
      const next = await bench.open({ role: 'server' });
      expect(next.serverId).toBe(server.serverId);
    });
  });
}
