import type { Kysely } from 'kysely';
import { TallymanError } from '../../base/errors.ts';
import type { AuditHeadTable, Schema } from '../schema.ts';
import type { AuditSigner } from './audit-signer.ts';
import { noHash } from './encode-entry.ts';
import type { HeadFacts } from './head-signature.ts';

export async function readHead(db: Kysely<Schema>): Promise<AuditHeadTable | undefined> {
  return await db.selectFrom('auditHead').selectAll().executeTakeFirst();
}

/** The head that the log goes on from. Throws AUDIT_BROKEN: signing a head that was changed from outside would hide it. */
export async function trustedHead(db: Kysely<Schema>, signer: AuditSigner): Promise<AuditHeadTable> {
  const head = await readHead(db);
  if (head !== undefined && signer.isSigned(head, head.signature)) return head;
  throw new TallymanError(
    'AUDIT_BROKEN',
    'the head of the audit log was changed from outside, so nothing can be added to it: `tallyman audit verify` says more; restore a backup',
  );
}

export async function writeHead(db: Kysely<Schema>, signer: AuditSigner, facts: HeadFacts): Promise<void> {
  const { number, hash, firstNumber, firstPreviousHash } = facts;
  const row = { number, hash, firstNumber, firstPreviousHash, keyId: signer.keyId, signature: signer.sign(facts) };
  await db
    .insertInto('auditHead')
    .values({ id: 1, ...row })
    .onConflict((on) => on.column('id').doUpdateSet(row))
    .execute();
}

export const emptyHead: HeadFacts = { number: 0, hash: noHash, firstNumber: 1, firstPreviousHash: noHash };
