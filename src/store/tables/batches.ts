import { sql, type Selectable } from 'kysely';
import { atomically, type Context } from '../context.ts';
import type { BatchTable } from '../schema.ts';
import type { BatchRow, Batches } from '../store.ts';

export function createBatches(context: Context): Batches {
  const { backend, db } = context;
  return {
    add: (batches) =>
      atomically(context, async (db) => {
        // Ids become visible in their order: whoever has read up to one has missed none before it.
        await backend.lock(db, 'batches');
        const results: ('stored' | 'duplicate')[] = [];
        for (const batch of batches) {
          const stored = await db
            .insertInto('batches')
            .columns(['hostId', 'bootId', 'number', 'at', 'receivedAt', 'isLate', 'instanceId', 'data'])
            .expression((eb) =>
              // Of a host that is there. Those of a removed one are left out, and nobody is to send them again.
              eb
                .selectFrom('hosts')
                .select((eb) => [
                  eb.ref('hosts.id').as('hostId'),
                  eb.cast<string>(eb.val(batch.bootId), 'text').as('bootId'),
                  eb.cast<number>(eb.val(batch.number), 'bigint').as('number'),
                  eb.cast<number>(eb.val(batch.at), 'bigint').as('at'),
                  eb.cast<number>(backend.now(), 'bigint').as('receivedAt'),
                  eb.cast<number>(eb.val(batch.isLate ? 1 : 0), 'bigint').as('isLate'),
                  eb.cast<string>(eb.val(batch.instanceId), 'text').as('instanceId'),
                  sql<Uint8Array>`cast(${batch.data} as ${backend.types.bytes})`.as('data'),
                ])
                .where('hosts.id', '=', batch.hostId),
            )
            .onConflict((on) => on.columns(['hostId', 'bootId', 'number']).doNothing())
            .returning('id')
            .executeTakeFirst();
          results.push(stored === undefined ? 'duplicate' : 'stored');
        }
        return results;
      }),
    async after(id, limit) {
      const query = db.selectFrom('batches').selectAll().where('id', '>', id).orderBy('id').limit(limit);
      return (await query.execute()).map(toBatch);
    },
    async ofHost(hostId, from, to, limit) {
      const rows = await db
        .selectFrom('batches')
        .selectAll()
        .where('hostId', '=', hostId)
        .where('at', '>=', from)
        .where('at', '<=', to)
        .orderBy('at')
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(toBatch);
    },
    async lateSince(receivedAt, limit) {
      const query = db
        .selectFrom('batches')
        .selectAll()
        .where(sql<boolean>`is_late = 1`)
        .where('receivedAt', '>=', receivedAt)
        .orderBy('at')
        .orderBy('id');
      return (await (limit === undefined ? query : query.limit(limit)).execute()).map(toBatch);
    },
    async latest() {
      const rows = await db
        .selectFrom('hosts')
        .innerJoin('batches', (join) =>
          join.on('batches.id', '=', (eb) =>
            eb
              .selectFrom('batches as newest')
              .select('newest.id')
              .whereRef('newest.hostId', '=', 'hosts.id')
              .orderBy('newest.at', 'desc')
              .orderBy('newest.id', 'desc')
              .limit(1),
          ),
        )
        .selectAll('batches')
        .orderBy('batches.hostId')
        .execute();
      return rows.map(toBatch);
    },
    async lastId() {
      const row = await db.selectFrom('batches').select('id').orderBy('id', 'desc').limit(1).executeTakeFirst();
      return row?.id ?? 0;
    },
    async removeBefore(at) {
      let removed = 0;
      for (;;) {
        const some = db.selectFrom('batches').select('id').where('at', '<', at).orderBy('at').limit(removedAtOnce);
        const { numDeletedRows } = await db.deleteFrom('batches').where('id', 'in', some).executeTakeFirst();
        removed += Number(numDeletedRows);
        if (numDeletedRows < removedAtOnce) return removed;
      }
    },
  };
}

/** So that what else is asked of the database meanwhile waits for a short while only. */
const removedAtOnce = 500;

function toBatch({ isLate, ...row }: Selectable<BatchTable>): BatchRow {
  return { ...row, isLate: isLate === 1 };
}
