import { atomically, type Context } from '../context.ts';
import type { LoginGuards } from '../store.ts';

export function createLoginGuards(context: Context): LoginGuards {
  const { backend, db } = context;
  return {
    async get(key) {
      const query = db.selectFrom('loginGuards').select(['failures', 'lockedUntil']).where('key', '=', key);
      return (await query.executeTakeFirst()) ?? { failures: 0, lockedUntil: 0 };
    },
    fail: (key, lockMs) =>
      atomically(context, async (db) => {
        // The count goes up in one statement, which keeps the row for this transaction: no two see the same count.
        const { failures, failedAt } = await db
          .insertInto('loginGuards')
          .values({ key, failures: 1, lockedUntil: 0, failedAt: backend.now() })
          .onConflict((on) =>
            on.column('key').doUpdateSet((eb) => ({
              failures: eb('loginGuards.failures', '+', 1),
              failedAt: eb.ref('excluded.failedAt'),
            })),
          )
          .returning(['failures', 'failedAt'])
          .executeTakeFirstOrThrow();
        const ms = lockMs(failures);
        const lockedUntil = ms > 0 ? failedAt + ms : 0;
        return await db
          .updateTable('loginGuards')
          .set((eb) => ({
            lockedUntil: eb
              .case()
              .when('lockedUntil', '>', lockedUntil)
              .then(eb.ref('lockedUntil'))
              .else(lockedUntil)
              .end(),
          }))
          .where('key', '=', key)
          .returning(['failures', 'lockedUntil'])
          .executeTakeFirstOrThrow();
      }),
    async clear(key) {
      await db.deleteFrom('loginGuards').where('key', '=', key).execute();
    },
    async removeOlderThan(ms) {
      const query = db.deleteFrom('loginGuards').where((eb) => eb('failedAt', '<', eb(backend.now(), '-', ms)));
      return Number((await query.executeTakeFirst()).numDeletedRows);
    },
  };
}
