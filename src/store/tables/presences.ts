import { atomically, type Context } from '../context.ts';
import type { Presences } from '../store.ts';

export function createPresences(context: Context): Presences {
  const { db } = context;
  return {
    write: (rows) =>
      atomically(context, async (db) => {
        // Always in the same order: two servers that write the same hosts must not wait for each other in a circle.
        for (const row of rows.toSorted((a, b) => (a.hostId < b.hostId ? -1 : 1))) {
          const written = await db
            .insertInto('presences')
            .columns(['hostId', 'instanceId', 'connectionId', 'connectedAt', 'heardAt', 'facts'])
            .expression((eb) =>
              // of a host that is there: it may have been removed meanwhile
              eb
                .selectFrom('hosts')
                .select((eb) => [
                  eb.ref('hosts.id').as('hostId'),
                  eb.cast<string>(eb.val(row.instanceId), 'text').as('instanceId'),
                  eb.cast<string>(eb.val(row.connectionId), 'text').as('connectionId'),
                  eb.cast<number>(eb.val(row.connectedAt), 'bigint').as('connectedAt'),
                  eb.cast<number>(eb.val(row.heardAt), 'bigint').as('heardAt'),
                  eb.cast<string>(eb.val(row.facts), 'text').as('facts'),
                ])
                .where('hosts.id', '=', row.hostId),
            )
            .onConflict((on) =>
              on
                .column('hostId')
                .doUpdateSet((eb) => ({
                  instanceId: eb.ref('excluded.instanceId'),
                  connectionId: eb.ref('excluded.connectionId'),
                  connectedAt: eb.ref('excluded.connectedAt'),
                  heardAt: eb.ref('excluded.heardAt'),
                  facts: eb.ref('excluded.facts'),
                }))
                .where((eb) =>
                  eb.or([
                    eb('presences.connectedAt', '<', eb.ref('excluded.connectedAt')),
                    eb.and([
                      eb('presences.connectionId', '=', eb.ref('excluded.connectionId')),
                      eb('presences.heardAt', '<=', eb.ref('excluded.heardAt')),
                    ]),
                    // two of one moment: the same one wins wherever this is asked
                    eb.and([
                      eb('presences.connectedAt', '=', eb.ref('excluded.connectedAt')),
                      eb('presences.connectionId', '<', eb.ref('excluded.connectionId')),
                    ]),
                  ]),
                ),
            )
            .returning('hostId')
            .executeTakeFirst();
          if (written === undefined || row.heardAt <= 0) continue;
          await db
            .updateTable('hosts')
            .set({ lastSeenAt: row.heardAt })
            .where('id', '=', row.hostId)
            .where((eb) => eb.or([eb('lastSeenAt', 'is', null), eb('lastSeenAt', '<', row.heardAt)]))
            .execute();
        }
      }),
    all: () => db.selectFrom('presences').selectAll().orderBy('hostId').execute(),
    of: (hostId) => db.selectFrom('presences').selectAll().where('hostId', '=', hostId).executeTakeFirst(),
  };
}
