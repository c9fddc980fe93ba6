import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { StoreOptions } from '../store-options.ts';
import { makeSqliteBench, type StoreBench } from '../test-kit/bench.ts';

const wrong = { code: 'STORE_KEY_WRONG' };

async function filled(
  changes: Partial<StoreOptions> = {},
): Promise<{ bench: StoreBench; file: (name: string) => string }> {
  const bench = await makeSqliteBench();
  const store = await bench.open({ role: 'server', ...changes });
  await store.keys.putIfAbsent('ca', 'the private key');
  await store.audit.append({ actor: 'local', action: 'x', target: '', detail: {} });
  await store.close();
  return { bench, file: (name) => join(bench.options.data, name) };
}

async function keyOf(bench: StoreBench, changes: Partial<StoreOptions> = {}): Promise<string | undefined> {
  const store = await bench.open({ role: 'server', ...changes });
  const key = await store.keys.get('ca');
  await store.close();
  return key;
}

test("everything in the data folder is its owner's alone, and no key is in the database", async () => {
  const { bench, file } = await filled();
  expect(statSync(bench.options.data).mode & 0o777).toBe(0o700);
  const names = readdirSync(bench.options.data);
  expect(names).toEqual(expect.arrayContaining(['tallyman.db', 'secret.key', 'audit.key', 'server-id']));
  for (const name of names.filter((each) => each !== 'server.lock')) {
    expect([name, statSync(file(name)).mode & 0o077]).toEqual([name, 0]);
  }
  const { keys } = JSON.parse(readFileSync(file('secret.key'), 'utf8')) as { keys: Record<string, { key: string }> };
  const [dataKey] = Object.values(keys);
  const database = readFileSync(file('tallyman.db')).toString('latin1');
  for (const secret of ['the private key', Buffer.from(dataKey?.key ?? '', 'base64').toString('latin1'), 'PRIVATE']) {
    expect(database).not.toContain(secret);
  }
});

test('a secret is taken up at the next start of a server, and wanted from then on', async () => {
  const { bench, file } = await filled();
  expect(await keyOf(bench, { secret: 'hush', role: 'tool' })).toBe('the private key');
  expect(await keyOf(bench, { secret: '' })).toBe('the private key');
  expect(await keyOf(bench, { secret: 'hush' })).toBe('the private key');
  for (const secret of [undefined, '', 'wrong']) {
    await expect(keyOf(bench, { secret })).rejects.toMatchObject(wrong);
  }
  expect(readFileSync(file('secret.key'), 'utf8')).not.toContain('"key"');
  expect(await keyOf(bench, { secret: 'hush' })).toBe('the private key');
});

test.each(['secret.key', 'audit.key'])(
  'without its %s a database is refused, and taken again with it',
  async (name) => {
    const { bench, file } = await filled();
    renameSync(file(name), file('away'));
    await expect(keyOf(bench)).rejects.toMatchObject(wrong);
    const other = await filled();
    writeFileSync(file(name), readFileSync(other.file(name)));
    await expect(keyOf(bench)).rejects.toMatchObject(wrong);
    renameSync(file('away'), file(name));
    expect(await keyOf(bench)).toBe('the private key');
  },
);

test('a damaged key file is told without a word of it', async () => {
  const { bench, file } = await filled();
  const text = readFileSync(file('secret.key'), 'utf8');
  writeFileSync(file('secret.key'), text.slice(0, -9));
  const attempt = keyOf(bench);
  await expect(attempt).rejects.toMatchObject(wrong);
  await expect(attempt).rejects.not.toHaveProperty('cause');
  const key = /"key": "(.{8})/.exec(text)?.[1] ?? 'none';
  await expect(attempt).rejects.not.toThrow(key);
});

test("a new database in a folder that has served another keeps the other's keys", async () => {
  const { bench, file } = await filled();
  for (const name of ['tallyman.db', 'tallyman.db-wal', 'tallyman.db-shm']) {
    try {
      renameSync(file(name), file(`old-${name}`));
    } catch {
      // the log goes with the last connection
    }
  }
  expect(await keyOf(bench)).toBeUndefined();
  rmSync(file('tallyman.db'));
  renameSync(file('old-tallyman.db'), file('tallyman.db'));
  expect(await keyOf(bench)).toBe('the private key');
});

test('what is no folder, and what is no database, is told', async () => {
  const { bench, file } = await filled();
  await expect(keyOf(bench, { data: file('secret.key') })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  await expect(keyOf(bench, { data: join(file('secret.key'), 'x') })).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
  });
  await expect(keyOf(bench, { data: '' })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  writeFileSync(file('tallyman.db'), 'not a database, but a text that is long enough to be read as one'.repeat(100));
  await expect(keyOf(bench)).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
  await expect(keyOf(bench, { database: 'mysql://x' })).rejects.toMatchObject({ code: 'STORE_URL_INVALID' });
});
