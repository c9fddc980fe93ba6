import { atomically, type Context } from '../context.ts';
import type { Orgs } from '../supply-chain.ts';
import { removeOrgTokens } from './org-tokens.ts';
import { afterKey } from './paging.ts';

export function createOrgs(context: Context): Orgs {
  const { backend, db } = context;
  return {
    create: (name, owner) =>
      atomically(context, async (db) => {
        const { numInsertedOrUpdatedRows } = await db
          .insertInto('orgs')
          .values({ name, createdAt: backend.now() })
          .onConflict((on) => on.column('name').doNothing())
          .executeTakeFirst();
        if (numInsertedOrUpdatedRows !== 1n) return false;
        await db.insertInto('orgOwners').values({ org: name, userName: owner }).execute();
        return true;
      }),
    get: (name) => db.selectFrom('orgs').selectAll().where('name', '=', name).executeTakeFirst(),
    list: ({ limit, after }) =>
      db.selectFrom('orgs').selectAll().where(afterKey('name', after)).orderBy('name').limit(limit).execute(),
    async owners(name) {
      const query = db.selectFrom('orgOwners').select('userName').where('org', '=', name).orderBy('userName');
      return (await query.execute()).map(({ userName }) => userName);
    },
    async isOwner(name, user) {
      const query = db.selectFrom('orgOwners').select('org').where('org', '=', name).where('userName', '=', user);
      return (await query.executeTakeFirst()) !== undefined;
    },
    async addOwner(name, user) {
      await db
        .insertInto('orgOwners')
        .values({ org: name, userName: user })
        .onConflict((on) => on.columns(['org', 'userName']).doNothing())
        .execute();
    },
    remove: (name) =>
      atomically(context, async (db) => {
        // Whoever makes a token of it at the same moment comes before or after this, not between.
        await backend.lock(db, 'writers');
        await removeOrgTokens(db, ({ org }) => org === name);
        for (;;) {
          const some = db.selectFrom('images').select('digest').where('org', '=', name).limit(imagesAtOnce);
          const query = db.deleteFrom('images').where('org', '=', name).where('digest', 'in', some);
          if ((await query.executeTakeFirst()).numDeletedRows < imagesAtOnce) break;
          // SQLite works on this thread: what else waits for it has its turn
          await new Promise((resolve) => setImmediate(resolve));
        }
        // the rest goes by the database's rule
        const { numDeletedRows } = await db.deleteFrom('orgs').where('name', '=', name).executeTakeFirst();
        return numDeletedRows === 1n;
      }),
  };
}

/** Each with its reports, so that no statement takes long. */
const imagesAtOnce = 200;
