import { atomically, type Context } from '../context.ts';
import type { Instances } from '../store.ts';

export function createInstances(context: Context): Instances {
  const { backend, db } = context;
  return {
    start: ({ id, serverId, version, address }) =>
      atomically(context, async (db) => {
        const earlier = db.selectFrom('instances').select('id').where('serverId', '=', serverId).where('id', '!=', id);
        await db.deleteFrom('presences').where('instanceId', 'in', earlier).execute();
        await db.deleteFrom('instances').where('serverId', '=', serverId).where('id', '!=', id).execute();
        await db
          .insertInto('instances')
          .values({ id, serverId, version, address, startedAt: backend.now(), seenAt: backend.now() })
          .onConflict((on) => on.column('id').doUpdateSet({ version, address, seenAt: backend.now() }))
          .execute();
      }),
    async beat(id) {
      const query = db.updateTable('instances').set({ seenAt: backend.now() }).where('id', '=', id);
      return (await query.executeTakeFirst()).numUpdatedRows === 1n;
    },
    end: (id) =>
      atomically(context, async (db) => {
        await db.deleteFrom('presences').where('instanceId', '=', id).execute();
        await db.deleteFrom('instances').where('id', '=', id).execute();
      }),
    all: () => db.selectFrom('instances').selectAll().orderBy('startedAt').orderBy('id').execute(),
    removeOlderThan: (ms) =>
      atomically(context, async (db) => {
        const removed = await db
          .deleteFrom('instances')
          .where((eb) => eb('seenAt', '<', eb(backend.now(), '-', ms)))
          .executeTakeFirst();
        // Also those that a server wrote after it had been forgotten.
        await db
          .deleteFrom('presences')
          .where('instanceId', 'not in', db.selectFrom('instances').select('id'))
          .execute();
        return Number(removed.numDeletedRows);
      }),
  };
}
