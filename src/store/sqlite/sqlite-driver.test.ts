import { setImmediate as immediate } from 'node:timers/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { makeSqliteBench } from '../test-kit/bench.ts';

test('what else the process does has its turn between statements', async () => {
  const store = await (await makeSqliteBench()).open();
  let turns = 0;
  const done = new AbortController();
  const other = (async () => {
    while (!done.signal.aborted) {
      await immediate();
      turns += 1;
    }
  })();
  const until = performance.now() + 300;
  while (performance.now() < until) await store.settings.get('x');
  done.abort();
  await other;
  expect(turns).toBeGreaterThan(1);
});

test('it waits for the transaction of another process, and does not keep its own process waiting', async () => {
  const bench = await makeSqliteBench();
  const store = await bench.open();
  const other = new DatabaseSync(join(bench.options.data, 'tallyman.db'));
  other.exec('begin immediate');
  let isWritten = false;
  const writing = store.settings.set('a', '1').then(() => (isWritten = true));
  const inTransaction = store.transaction((tables) => tables.settings.set('b', '2'));
  for (let turn = 0; turn < 20; turn += 1) await immediate();
  expect(isWritten).toBe(false);
  other.exec('commit');
  other.close();
  await Promise.all([writing, inTransaction]);
  expect([await store.settings.get('a'), await store.settings.get('b')]).toEqual(['1', '2']);
});

test('more statements than are kept prepared', async () => {
  const store = await (await makeSqliteBench()).open();
  for (let count = 1; count < 450; count += 1) {
    const serials = Array.from({ length: count }, (_, n) => String(n));
    expect(await store.certificates.withoutRight(serials)).toEqual(serials);
  }
});

test('too many exports at once are refused, until one has ended', async () => {
  const store = await (await makeSqliteBench()).open();
  const dumps = Array.from({ length: 8 }, () => store.dump()[Symbol.asyncIterator]());
  for (const dump of dumps) await dump.next();
  await expect(store.audit.verify()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  await dumps[0]?.return?.();
  expect(await store.audit.verify()).toMatchObject({ valid: true });
  for (const dump of dumps) await dump.return?.();
});
