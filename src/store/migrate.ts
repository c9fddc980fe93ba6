import { Migrator } from 'kysely/migration';
import type { Kysely } from 'kysely';
import { TallymanError } from '../base/errors.ts';
import type { ColumnTypes } from './backend.ts';
import { migrationsFor } from './migrations/index.ts';
import type { Schema } from './schema.ts';

const journal = 'kysely_migration';

/** Brings the tables up to date, within a transaction that keeps all others out. Throws STORE_NEWER. */
export async function migrate(db: Kysely<Schema>, types: ColumnTypes): Promise<void> {
  const migrations = migrationsFor(types);
  for (const name of await appliedMigrations(db)) {
    if (Object.hasOwn(migrations, name)) continue;
    throw new TallymanError(
      'STORE_NEWER',
      `a newer version of Tallyman has used this database (it has the change ${name}): use that version, or restore a backup of before the update`,
    );
  }
  // The migrator would make it too, but tells nothing of why it could not.
  await db.schema
    .createTable(journal)
    .ifNotExists()
    .addColumn('name', 'varchar(255)', (column) => column.notNull().primaryKey())
    .addColumn('timestamp', 'varchar(255)', (column) => column.notNull())
    .execute();
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve({ ...migrations }) } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

/** The names of the changes that the database has. */
export async function appliedMigrations(db: Kysely<Schema>): Promise<readonly string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === journal)) return [];
  const rows = await db
    .withTables<{ [journal]: { name: string } }>()
    .selectFrom(journal)
    .select('name')
    .orderBy('name')
    .execute();
  return rows.map(({ name }) => name);
}
