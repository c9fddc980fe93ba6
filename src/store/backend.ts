import type { Expression, Kysely, RawBuilder } from 'kysely';
import type { Schema } from './schema.ts';
import type { TransactionScope } from './transaction-scope.ts';

/** What differs between the databases; everything else is written once. */
export interface Backend {
  readonly kind: 'sqlite' | 'postgres';
  readonly db: Kysely<Schema>;
  readonly types: ColumnTypes;
  readonly scope: TransactionScope;
  /** The database's clock in Unix milliseconds, as part of a statement. */
  now(): RawBuilder<number>;
  /** From here to its end, a transaction runs alone among those that take the same lock. */
  lock(transaction: Kysely<Schema>, lock: LockName): Promise<void>;
  /** A view of one moment for reading in pages; writers go on meanwhile. Has to be ended. */
  snapshot(): Promise<Snapshot>;
  /** Whether a transaction that failed so would work when tried again. */
  isRetryable(error: unknown): boolean;
  close(): Promise<void>;
}

export interface Snapshot {
  readonly db: Kysely<Schema>;
  end(): Promise<void>;
}

/**
 * `start`: migrations and keys; `writers`: transactions and the audit log; `batches`: whose ids have to become visible
 * in their order.
 */
export type LockName = 'start' | 'writers' | 'batches';

export interface ColumnTypes {
  /** Compared and sorted by code points, whatever the database's language is. */
  text: Expression<unknown>;
  bytes: Expression<unknown>;
  /** A primary key that grows and is never used again. */
  growingId: Expression<unknown>;
}
