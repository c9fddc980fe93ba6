import type { Kysely } from 'kysely';
import type { AuditEntryTable, Schema } from '../schema.ts';

const rowsInPage = 1000;

/** All entries, oldest first, a page at a time: between pages others have their turn. */
export async function* entryPages(db: Kysely<Schema>): AsyncGenerator<readonly AuditEntryTable[]> {
  let after: number | undefined;
  for (;;) {
    let query = db.selectFrom('auditEntries').selectAll().orderBy('number').limit(rowsInPage);
    if (after !== undefined) query = query.where('number', '>', after);
    const rows = await query.execute();
    if (rows.length > 0) yield rows;
    if (rows.length < rowsInPage) return;
    after = rows.at(-1)?.number;
  }
}
