import type { Kysely } from 'kysely';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditSigner } from './audit/audit-signer.ts';
import type { Backend } from './backend.ts';
import type { Sealer } from './keys/sealer.ts';
import type { Schema } from './schema.ts';

/** What the tables work with: the database, or a transaction on it. */
export interface Context {
  backend: Backend;
  db: Kysely<Schema>;
  sealer: Sealer;
  signer: AuditSigner;
}

const attempts = 4;

/** All of `work` or nothing, in the transaction that there is or in one of its own; tried again when it collided with another. */
export async function atomically<T>(
  { backend, db }: Pick<Context, 'backend' | 'db'>,
  work: (db: Kysely<Schema>) => Promise<T>,
): Promise<T> {
  if (db.isTransaction) return await work(db);
  return await retrying(backend, () =>
    db.transaction().execute((transaction) => backend.scope.run(() => work(transaction))),
  );
}

/** For single statements that can collide with others; within a transaction, that is tried again as a whole. */
export async function retrying<T>(backend: Backend, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= attempts || !backend.isRetryable(error)) throw error;
      // not all at once again
      await sleep(Math.random() * 20 * attempt);
    }
  }
}
