import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';
import type { AuditVerdict } from '../store.ts';
import { isAsWritten, toEntry } from './audit-entry.ts';
import { readHead } from './audit-head.ts';
import { entryPages } from './entry-pages.ts';
import type { AuditSigner } from './audit-signer.ts';
import { createChainCheck } from './chain-check.ts';

/** Reads the whole log, of one moment: `db` is a transaction or a snapshot. */
export async function verifyLog(db: Kysely<Schema>, signer: AuditSigner): Promise<AuditVerdict> {
  const head = await readHead(db);
  const isSigned = head !== undefined && signer.isSigned(head, head.signature);
  // What a forged head says is nothing to measure entries by.
  const chain = createChainCheck(isSigned ? head : undefined);
  for await (const rows of entryPages(db)) {
    for (const row of rows) {
      const fault = isAsWritten(row) ? chain.add(toEntry(row)) : { number: row.number, reason: 'it was changed' };
      if (fault !== undefined) return { valid: false, ...fault };
    }
  }
  if (head === undefined) return { valid: false, number: 0, reason: 'the signed head is missing' };
  if (!isSigned) return { valid: false, number: 0, reason: 'the head was changed: its signature does not fit' };
  const fault = chain.finish(head) ?? (await countsFault(db, head.number));
  if (fault !== undefined) return { valid: false, ...fault };
  const { number, hash, firstNumber, signature } = head;
  return { valid: true, entries: chain.entries(), head: { number, hash, firstNumber, signature } };
}

async function countsFault(
  db: Kysely<Schema>,
  entries: number,
): Promise<{ number: number; reason: string } | undefined> {
  const rows = await db.selectFrom('auditCounts').select('count').execute();
  const counted = rows.reduce((sum, { count }) => sum + count, 0);
  return counted === entries ? undefined : { number: 0, reason: 'the counts of entries by action were changed' };
}
