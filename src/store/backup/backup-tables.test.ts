import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeSqliteBench } from '../test-kit/bench.ts';
import { backupTableNames, backupTables, keyOf, transientTables } from './backup-tables.ts';

/** In the files and headers of a backup. */
const elsewhere = ['data_key', 'kysely_migration', 'kysely_migration_lock', 'sqlite_sequence'];

test('every table is part of a backup or emptied by a restore, with all its columns and the whole key', async () => {
  const bench = await makeSqliteBench();
  await bench.open();
  const database = new DatabaseSync(join(bench.options.data, 'tallyman.db'), { readOnly: true });
  const rows = (sql: string): Record<string, unknown>[] => database.prepare(sql).all();
  const tables = rows(`select name from sqlite_master where type = 'table'`).map(({ name }) => String(name));
  const known = [...backupTableNames, ...transientTables].map(snakeCase);
  expect(tables.toSorted()).toEqual([...known, ...elsewhere].toSorted());
  for (const table of backupTableNames) {
    const columns = rows(`pragma table_info('${snakeCase(table)}')`).map(({ name, pk }) => ({ name, pk: Number(pk) }));
    expect(backupTables[table].map(snakeCase).toSorted()).toEqual(columns.map(({ name }) => name).toSorted());
    const key = columns.filter(({ pk }) => pk > 0).toSorted((a, b) => a.pk - b.pk);
    expect(keyOf(table).map(snakeCase)).toEqual(key.map(({ name }) => name));
  }
  database.close();
});

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
