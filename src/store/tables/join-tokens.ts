import { atomically, type Context } from '../context.ts';
import type { JoinTokens } from '../store.ts';

export function createJoinTokens(context: Context): JoinTokens {
  const { backend, db } = context;
  const get: JoinTokens['get'] = async (hash) => {
    const row = await db.selectFrom('joinTokens').selectAll().where('hash', '=', hash).executeTakeFirst();
    return row && { ...row, usedAt: row.usedAt ?? undefined, usedBy: row.usedBy ?? undefined };
  };
  return {
    create: (token) =>
      atomically(context, async (db) => {
        await db.deleteFrom('joinTokens').where('hostId', '=', token.hostId).execute();
        await db
          .insertInto('joinTokens')
          .values({ hash: token.hash, hostId: token.hostId, expiresAt: token.expiresAt, usedAt: null, usedBy: null })
          .execute();
      }),
    get,
    async use(hash, publicKey) {
      const used = await db
        .updateTable('joinTokens')
        .set((eb) => ({ usedBy: publicKey, usedAt: eb.fn.coalesce('usedAt', backend.now()) }))
        .where('hash', '=', hash)
        .where('expiresAt', '>', backend.now())
        .where((eb) => eb.or([eb('usedBy', 'is', null), eb('usedBy', '=', publicKey)]))
        .returning('hostId')
        .executeTakeFirst();
      if (used !== undefined) return used;
      const token = await get(hash);
      if (token === undefined) return 'unknown';
      return token.usedBy === undefined || token.usedBy === publicKey ? 'expired' : 'used';
    },
    async removeExpiredBefore(time) {
      const query = db.deleteFrom('joinTokens').where('expiresAt', '<', time);
      return Number((await query.executeTakeFirst()).numDeletedRows);
    },
  };
}
