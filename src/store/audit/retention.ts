import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';
import { trustedHead, writeHead } from './audit-head.ts';
import type { AuditSigner } from './audit-signer.ts';

/** Removes entries from the beginning, up to the first that is not older than `at`; signs where the log begins now. */
export async function removeEntries(db: Kysely<Schema>, signer: AuditSigner, at: number): Promise<number> {
  const head = await trustedHead(db, signer);
  const kept = await db
    .selectFrom('auditEntries')
    .select(['number', 'previousHash'])
    .where('at', '>=', at)
    .orderBy('number')
    .limit(1)
    .executeTakeFirst();
  const firstNumber = kept?.number ?? head.number + 1;
  if (firstNumber <= head.firstNumber) return 0;
  const removed = await db
    .deleteFrom('auditEntries')
    .where('number', '>=', head.firstNumber)
    .where('number', '<', firstNumber)
    .executeTakeFirst();
  await writeHead(db, signer, { ...head, firstNumber, firstPreviousHash: kept?.previousHash ?? head.hash });
  return Number(removed.numDeletedRows);
}
