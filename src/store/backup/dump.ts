import { sql, type Kysely } from 'kysely';
import type { Backend } from '../backend.ts';
import { readMoment } from '../audit/read-moment.ts';
import type { Context } from '../context.ts';
import { auditKeyName } from '../data-folder.ts';
import { appliedMigrations } from '../migrate.ts';
import type { Schema } from '../schema.ts';
import { createTally, writeRow, type BackupHeader } from './backup-lines.ts';
import { backupTableNames, backupTables, keyOf, type BackupTable } from './backup-tables.ts';

const rowsInPage = 500;
/** Their rows can have several megabytes. */
const reportsInPage = 4;

/** The lines of a backup, without newlines, all of one moment. They hold every secret there is: for a file of mode 0600. */
export async function* dumpLines(context: Context): AsyncGenerator<string> {
  const moment = await readMoment(context);
  try {
    const tally = createTally();
    const header = JSON.stringify(await describe(context, moment.db));
    tally.add(header);
    yield header;
    for (const table of backupTableNames) {
      for await (const row of rowsOf(moment.db, table)) {
        // PostgreSQL has it among the sealed keys, SQLite in a file: in a backup it is in the header.
        if (table === 'sealedKeys' && row['name'] === auditKeyName) continue;
        const line = writeRow(table, row);
        tally.add(line);
        yield line;
      }
    }
    yield JSON.stringify({ end: tally.end() });
  } finally {
    await moment.end();
  }
}

async function describe({ backend, sealer, signer }: Context, db: Kysely<Schema>): Promise<BackupHeader> {
  return {
    tallyman: 'backup',
    version: 1,
    migrations: [...(await appliedMigrations(db))],
    at: await momentOf(backend, db),
    dataKey: Buffer.from(sealer.dataKey).toString('base64'),
    auditKey: signer.privateKey,
  };
}

async function momentOf(backend: Backend, db: Kysely<Schema>): Promise<number> {
  return (await db.selectNoFrom(backend.now().as('now')).executeTakeFirstOrThrow()).now;
}

async function* rowsOf(db: Kysely<Schema>, table: BackupTable): AsyncGenerator<Record<string, unknown>> {
  const keys = keyOf(table);
  const key = sql.join(keys.map((column) => sql.ref(column)));
  const limit = table === 'reports' ? reportsInPage : rowsInPage;
  const columns = sql.join(backupTables[table].map((column) => sql.ref(column)));
  let after: readonly unknown[] | undefined;
  for (;;) {
    const rest = after === undefined ? sql`` : sql`where (${key}) > (${sql.join(after)})`;
    const { rows } = await sql<Record<string, unknown>>`
      select ${columns} from ${sql.table(table)} ${rest} order by ${key} limit ${sql.lit(limit)}`.execute(db);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < limit) return;
    after = keys.map((column) => last[column]);
  }
}
