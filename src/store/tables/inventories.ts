import { retrying, type Context } from '../context.ts';
import type { Inventories } from '../store.ts';

export function createInventories({ backend, db }: Context): Inventories {
  return {
    async write({ hostId, containers }) {
      const query = db
        .insertInto('inventories')
        .columns(['hostId', 'receivedAt', 'containers'])
        .expression((eb) =>
          // of a host that is there: it may have been removed meanwhile
          eb
            .selectFrom('hosts')
            .select((eb) => [
              eb.ref('hosts.id').as('hostId'),
              eb.cast<number>(backend.now(), 'bigint').as('receivedAt'),
              eb.cast<string>(eb.val(containers), 'text').as('containers'),
            ])
            .where('hosts.id', '=', hostId),
        )
        .onConflict((on) =>
          on.column('hostId').doUpdateSet((eb) => ({
            receivedAt: eb.ref('excluded.receivedAt'),
            containers: eb.ref('excluded.containers'),
          })),
        );
      await retrying(backend, () => query.execute());
    },
    all: () => db.selectFrom('inventories').selectAll().orderBy('hostId').execute(),
    of: (hostId) => db.selectFrom('inventories').selectAll().where('hostId', '=', hostId).executeTakeFirst(),
  };
}
