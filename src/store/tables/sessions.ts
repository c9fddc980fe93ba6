import type { Context } from '../context.ts';
import type { Sessions } from '../store.ts';

export function createSessions({ backend, db }: Context): Sessions {
  return {
    async create({ user, ...session }) {
      await db
        .insertInto('sessions')
        .values({ ...session, userName: user })
        .execute();
    },
    async get(idHash) {
      const row = await db
        .selectFrom('sessions')
        .selectAll()
        .where('idHash', '=', idHash)
        .where('expiresAt', '>', backend.now())
        .executeTakeFirst();
      if (row === undefined) return undefined;
      const { userName: user, csrf, createdAt, expiresAt } = row;
      return { idHash, user, csrf, createdAt, expiresAt };
    },
    async remove(idHash) {
      await db.deleteFrom('sessions').where('idHash', '=', idHash).execute();
    },
    async removeOfUser(user) {
      await db.deleteFrom('sessions').where('userName', '=', user).execute();
    },
    async removeExpired() {
      const query = db.deleteFrom('sessions').where('expiresAt', '<=', backend.now());
      return Number((await query.executeTakeFirst()).numDeletedRows);
    },
  };
}
