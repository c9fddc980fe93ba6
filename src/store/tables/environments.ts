import { retrying, type Context } from '../context.ts';
import type { Environments } from '../supply-chain.ts';

export function createEnvironments({ backend, db }: Context): Environments {
  return {
    async record(org, name, digest) {
      const query = db
        .insertInto('environmentImages')
        .columns(['org', 'name', 'digest', 'recordedAt'])
        .expression((eb) =>
          // of an image that is there: it may have been removed meanwhile
          eb
            .selectFrom('images')
            .select((eb) => [
              eb.ref('images.org').as('org'),
              eb.cast<string>(eb.val(name), 'text').as('name'),
              eb.ref('images.digest').as('digest'),
              eb.cast<number>(backend.now(), 'bigint').as('recordedAt'),
            ])
            .where('images.org', '=', org)
            .where('images.digest', '=', digest),
        )
        .onConflict((on) => on.columns(['org', 'name', 'digest']).doNothing());
      const { numInsertedOrUpdatedRows } = await retrying(backend, () => query.executeTakeFirst());
      return numInsertedOrUpdatedRows === 1n;
    },
    async remove(org, name, digest) {
      const query = db.deleteFrom('environmentImages').where((eb) => eb.and({ org, name, digest }));
      return (await query.executeTakeFirst()).numDeletedRows === 1n;
    },
    all: (org) =>
      db.selectFrom('environmentImages').selectAll().where('org', '=', org).orderBy('name').orderBy('digest').execute(),
  };
}
