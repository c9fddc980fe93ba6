import { createHash } from 'node:crypto';
import { z } from 'zod';
import { TallymanError } from '../../base/errors.ts';
import { backupTables, isBackupTable, type BackupTable } from './backup-tables.ts';

/**
 * A backup's form: a header, a line for each row, and an end that counts the lines before it and has the SHA-256 of
 * them, each with its newline.
 */
export const headerSchema = z.object({
  tallyman: z.literal('backup'),
  version: z.int(),
  /** The changes of the tables (store/migrations) that its rows are the result of. */
  migrations: z.array(z.string()),
  at: z.number(),
  /** Opens the sealed keys. */
  dataKey: z.base64(),
  /** Signs the audit log: PEM. */
  auditKey: z.string(),
});
export type BackupHeader = z.infer<typeof headerSchema>;

const cell = z.union([z.string(), z.number(), z.null(), z.object({ bytes: z.base64() })]);
const rowSchema = z.object({ table: z.string(), row: z.record(z.string(), cell) });
const endSchema = z.object({ end: z.object({ lines: z.int(), sha256: z.string() }) });

export interface BackupRow {
  table: BackupTable;
  row: Record<string, string | number | Uint8Array | null>;
}

export function writeRow(table: BackupTable, row: object): string {
  const cells = Object.entries(row).map(([name, value]: [string, unknown]) => [
    name,
    value instanceof Uint8Array ? { bytes: Buffer.from(value).toString('base64') } : value,
  ]);
  return JSON.stringify({ table, row: Object.fromEntries(cells) });
}

/** Reads a line after the header. Throws BACKUP_INVALID. */
export function parseLine(line: string): BackupRow | z.infer<typeof endSchema> {
  const value = parseJson(line);
  const end = endSchema.safeParse(value);
  if (end.success) return end.data;
  const { data } = rowSchema.safeParse(value);
  if (data === undefined || !isBackupTable(data.table)) throw invalidBackup('it has a line that is no row');
  const { table } = data;
  const known: readonly string[] = backupTables[table];
  const cells = Object.entries(data.row).map(([name, content]) => {
    if (!known.includes(name)) throw invalidBackup(`${table} has a column that is not known`);
    return [name, typeof content === 'object' && content !== null ? Buffer.from(content.bytes, 'base64') : content];
  });
  return { table, row: Object.fromEntries(cells) as BackupRow['row'] };
}

export function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw invalidBackup('it has a line that is not JSON');
  }
}

export interface Tally {
  add(line: string): void;
  end(): { lines: number; sha256: string };
}

export function createTally(): Tally {
  const hash = createHash('sha256');
  let lines = 0;
  return {
    add(line) {
      lines += 1;
      hash.update(line).update('\n');
    },
    end: () => ({ lines, sha256: hash.digest('hex') }),
  };
}

export function invalidBackup(why: string): TallymanError {
  return new TallymanError('BACKUP_INVALID', `the file is no whole backup of Tallyman: ${why}; nothing was restored`);
}
