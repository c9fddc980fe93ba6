import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
import type { StoreOptions } from '../../src/store/store-options.ts';
import { testFolder } from '../../src/store/test-kit/bench.ts';
import { storeSuite } from '../../src/store/test-kit/store-suite.ts';
import { startPostgres, type PostgresServer } from '../support/postgres.ts';
import { hasRequirements } from '../support/requirements.ts';
import { waitFor } from '../support/wait-for.ts';
import { makePostgresBench } from './postgres-bench.ts';

describe.skipIf(!hasRequirements('postgresql'))('a store on PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  storeSuite(() => makePostgresBench(server));

  describe('keys', () => {
    const keyOf = async (options: StoreOptions, changes: Partial<StoreOptions> = {}): Promise<string | undefined> => {
      const store = await openStore({ ...options, role: 'server', ...changes });
      try {
        return await store.keys.get('ca');
      } finally {
        await store.close();
      }
    };
    const filled = async (changes: Partial<StoreOptions> = {}) => {
      const bench = await makePostgresBench(server);
      const store = await bench.open({ role: 'server', ...changes });
      await store.keys.putIfAbsent('ca', 'PEM');
      await store.close();
      return bench.options;
    };
    /** The same database by a user of another password. */
    const withPassword = async (url: string, password: string): Promise<string> => {
      const name = `other_${String(Math.random()).slice(2)}`;
      await server.psql(`create role ${name} superuser login password '${password}'`);
      const other = new URL(url);
      other.username = name;
      other.password = password;
      return other.href;
    };

    test('a server with a folder of its own opens them by the password of the URL', async () => {
      const options = await filled();
      expect(await keyOf(options, { data: testFolder() })).toBe('PEM');
      expect(await keyOf(options, { data: '', role: 'tool' })).toBe('PEM');
    });

    test('after a change of the password the copy in the data folder is used, and wrapped by the new one', async () => {
      const options = await filled();
      const database = await withPassword(options.database, 'new');
      const elsewhere = testFolder();
      await expect(keyOf(options, { database, data: elsewhere })).rejects.toMatchObject({ code: 'STORE_KEY_WRONG' });
      expect(await keyOf(options, { database })).toBe('PEM');
      expect(await keyOf(options, { database, data: elsewhere })).toBe('PEM');
    });

    test('a secret is taken up, and wanted from then on', async () => {
      const options = await filled();
      expect(await keyOf(options, { secret: 'hush' })).toBe('PEM');
      for (const secret of [undefined, '', 'wrong']) {
        for (const data of [options.data, testFolder()]) {
          await expect(keyOf(options, { secret, data })).rejects.toMatchObject({ code: 'STORE_KEY_WRONG' });
        }
      }
      const database = await withPassword(options.database, 'another');
      expect(await keyOf(options, { secret: 'hush', data: testFolder(), database })).toBe('PEM');
    });

    test('a tool changes nothing of how they are kept', async () => {
      const options = await filled();
      expect(await keyOf(options, { secret: 'mistyped', role: 'tool' })).toBe('PEM');
      expect(await keyOf(options, { data: testFolder() })).toBe('PEM');
    });

    test('without a password or secret each start of a server warns', async () => {
      const lines: string[] = [];
      const log = pino({ base: null }, { write: (line) => void lines.push(line) });
      const options = await filled({ log });
      expect(lines).toEqual([]);
      const url = new URL(await server.createDatabase());
      const password = decodeURIComponent(url.password);
      url.password = '';
      process.env['PGPASSWORD'] = password;
      try {
        const open = { ...options, database: url.href, log };
        expect(await keyOf(open)).toBeUndefined();
        expect(await keyOf(open, { role: 'tool' })).toBeUndefined();
      } finally {
        delete process.env['PGPASSWORD'];
      }
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain('TALLYMAN_SECRET');
      expect(lines[0]).not.toContain(password);
    });
  });

  describe('when it is not there', () => {
    test('each call fails with what to do, and works again when it is back', async () => {
      const bench = await makePostgresBench(server);
      const store = await bench.open({ role: 'server' });
      await store.settings.set('a', '1');
      const inside = store.transaction(async (tables) => {
        await tables.settings.set('a', '2');
        await server.kill();
        await tables.settings.set('a', '3');
      });
      await expect(inside).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      await expect(store.now()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      await expect(bench.open()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      await server.restart();
      const value = await waitFor('the store to work again', () => store.settings.get('a'));
      expect(value).toBe('1');
      // connections that are not in use are lost without a word
      await Promise.all(Array.from({ length: 8 }, () => store.now()));
      await server.restart();
      expect(await waitFor('the store to work again', () => store.settings.get('a'))).toBe('1');
    });

    test.each([
      ['the password', (url: URL) => (url.password = 'wrong'), 'refuses the password'],
      ['the database', (url: URL) => (url.pathname = '/nowhere'), 'does not exist'],
      ['the port', (url: URL) => (url.port = '1'), 'cannot be reached'],
    ])('wrong in the URL: %s', async (_what, change, advice) => {
      const url = new URL(server.url);
      const { password } = url;
      change(url);
      const options: StoreOptions = { ...(await makePostgresBench(server)).options, database: url.href };
      const attempt = openStore({ ...options, data: '' });
      await expect(attempt).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
        message: expect.stringContaining(advice) as string,
      });
      await expect(attempt).rejects.not.toThrow(password);
    });

    test('a database that others keep read-only, for others, or of another encoding: why is told', async () => {
      const { options } = await makePostgresBench(server);
      await server.psql(`create database latin template template0 encoding 'LATIN1' locale 'C'`, 'postgres');
      const latin = new URL(options.database);
      latin.pathname = '/latin';
      await expect(openStore({ ...options, database: latin.href })).rejects.toThrow('UTF8');
      const readOnly = `${options.database}?options=-c%20default_transaction_read_only%3Don`;
      await expect(openStore({ ...options, database: readOnly })).rejects.toThrow('read-only');
      await server.psql(`create role stranger login password 'stranger'`);
      const stranger = new URL(options.database);
      [stranger.username, stranger.password] = ['stranger', 'stranger'];
      await expect(openStore({ ...options, database: stranger.href })).rejects.toThrow('lacks a right');
    });
  });

  test('a host that is removed while its batches come', async () => {
    const bench = await makePostgresBench(server);
    const [one, other] = [await bench.open(), await bench.open()];
    for (let round = 0; round < 20; round += 1) {
      const id = `h${String(round)}`;
      await one.hosts.create({ id, name: id, agentUrl: '' });
      const batches = Array.from({ length: 5 }, (_, number) => ({
        ...{ hostId: id, bootId: 'b', number, at: 1, isLate: false, instanceId: 'i', data: new Uint8Array(1) },
      }));
      await Promise.all([one.batches.add(batches), other.hosts.remove(id), other.batches.add(batches)]);
    }
    expect(await one.batches.lastId()).toBe(0);
  });
});
