import { sql, type Kysely } from 'kysely';
import { TallymanError } from '../../base/errors.ts';
import type { Schema } from '../schema.ts';
import { invalidBackup, parseLine, type BackupRow, type Tally } from './backup-lines.ts';
import { backupTables, type BackupTable } from './backup-tables.ts';

const rowsAtOnce = 100;
/** Rows as long as a report are not gathered. */
const lengthAtOnce = 8_000_000;

/** Writes the rows as they come; throws BACKUP_INVALID at the end when they are not all, or not as they were. */
export async function insertRows(db: Kysely<Schema>, lines: AsyncIterable<string>, tally: Tally): Promise<void> {
  let table: BackupTable | undefined;
  let waiting: BackupRow['row'][] = [];
  let length = 0;
  const flush = async (): Promise<void> => {
    if (table !== undefined && waiting.length > 0) await insert(db, table, waiting);
    waiting = [];
    length = 0;
  };
  let isWhole = false;
  for await (const each of lines) {
    const line = each.trimEnd();
    if (line === '') continue;
    if (isWhole) throw invalidBackup('it goes on after its end');
    const parsed = parseLine(line);
    if ('end' in parsed) {
      const { lines: count, sha256 } = tally.end();
      if (count !== parsed.end.lines) throw invalidBackup(`it has ${count} lines of ${parsed.end.lines}`);
      if (sha256 !== parsed.end.sha256) throw invalidBackup('it was changed');
      isWhole = true;
      continue;
    }
    tally.add(line);
    if (parsed.table !== table || waiting.length >= rowsAtOnce || length >= lengthAtOnce) await flush();
    table = parsed.table;
    waiting.push(parsed.row);
    length += line.length;
  }
  if (!isWhole) throw invalidBackup('its end is missing');
  await flush();
}

async function insert(db: Kysely<Schema>, table: BackupTable, rows: readonly BackupRow['row'][]): Promise<void> {
  const columns = backupTables[table];
  const tuples = rows.map((row) => sql`(${sql.join(columns.map((column: string) => row[column] ?? null))})`);
  const names = sql.join(columns.map((column) => sql.ref(column)));
  try {
    await sql`insert into ${sql.table(table)} (${names}) values ${sql.join(tuples)}`.execute(db);
  } catch (error) {
    if (error instanceof TallymanError && error.code !== 'STORE_FAILED') throw error;
    throw invalidBackup(`rows of ${table} do not fit`);
  }
}
