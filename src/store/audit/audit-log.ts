import { atomically, type Context } from '../context.ts';
import type { Audit, AuditEntry } from '../store.ts';
import { entryFacts, toEntry } from './audit-entry.ts';
import { readHead, trustedHead, writeHead } from './audit-head.ts';
import { hashEntry } from './encode-entry.ts';
import { entryPages } from './entry-pages.ts';
import { readMoment } from './read-moment.ts';
import { removeEntries } from './retention.ts';
import { verifyLog } from './verify-log.ts';

export function createAudit(context: Context): Audit {
  const { backend, db, signer } = context;
  return {
    append: (facts) =>
      atomically(context, async (db) => {
        await backend.lock(db, 'writers');
        const head = await trustedHead(db, signer);
        const { detail, ...texts } = entryFacts(facts);
        const { now: at } = await db.selectNoFrom(backend.now().as('now')).executeTakeFirstOrThrow();
        const parsed = JSON.parse(detail) as AuditEntry['detail'];
        const unhashed = { number: head.number + 1, at, ...texts, detail: parsed, previousHash: head.hash };
        const entry = { ...unhashed, hash: hashEntry(unhashed) };
        await db
          .insertInto('auditEntries')
          .values({ ...entry, detail })
          .execute();
        await db
          .insertInto('auditCounts')
          .values({ action: entry.action, count: 1 })
          .onConflict((on) => on.column('action').doUpdateSet((eb) => ({ count: eb('auditCounts.count', '+', 1) })))
          .execute();
        await writeHead(db, signer, { ...head, number: entry.number, hash: entry.hash });
        return entry;
      }),
    async list({ limit, before, action }) {
      let query = db.selectFrom('auditEntries').selectAll().orderBy('number', 'desc').limit(limit);
      if (before !== undefined) query = query.where('number', '<', before);
      if (action !== undefined) query = query.where('action', '=', action);
      return (await query.execute()).map(toEntry);
    },
    async *export() {
      const moment = await readMoment(context);
      try {
        for await (const rows of entryPages(moment.db)) yield* rows.map(toEntry);
      } finally {
        await moment.end();
      }
    },
    async head() {
      const head = await readHead(db);
      if (head === undefined) return { number: 0, hash: '', firstNumber: 0, signature: '' };
      const { number, hash, firstNumber, signature } = head;
      return { number, hash, firstNumber, signature };
    },
    publicKey: () => Promise.resolve(signer.publicKey),
    async verify() {
      const moment = await readMoment(context);
      try {
        return await verifyLog(moment.db, signer);
      } finally {
        await moment.end();
      }
    },
    async counts() {
      const rows = await db.selectFrom('auditCounts').selectAll().orderBy('action').execute();
      return new Map(rows.map(({ action, count }) => [action, count]));
    },
    removeBefore: (at) =>
      atomically(context, async (db) => {
        await backend.lock(db, 'writers');
        return await removeEntries(db, signer, at);
      }),
  };
}
