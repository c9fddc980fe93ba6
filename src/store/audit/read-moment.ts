import type { Snapshot } from '../backend.ts';
import type { Context } from '../context.ts';

/** The database at one moment, for reading in pages: the transaction that there is, or a snapshot. */
export async function readMoment({ backend, db }: Pick<Context, 'backend' | 'db'>): Promise<Snapshot> {
  if (db.isTransaction) return { db, end: () => Promise.resolve() };
  return await backend.snapshot();
}
