import type { Context } from '../context.ts';
import type { AutomaticEnvironments } from '../supply-chain.ts';

export function createAutomaticEnvironments({ db }: Context): AutomaticEnvironments {
  return {
    async create({ org, name, kind, value }) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('environmentRules')
        .values({ org, name, kind, value })
        .onConflict((on) => on.columns(['org', 'name', 'kind', 'value']).doNothing())
        .executeTakeFirst();
      return numInsertedOrUpdatedRows === 1n;
    },
    async remove({ org, name, kind, value }) {
      const query = db.deleteFrom('environmentRules').where((eb) => eb.and({ org, name, kind, value }));
      return (await query.executeTakeFirst()).numDeletedRows === 1n;
    },
    all: (org) =>
      db
        .selectFrom('environmentRules')
        .selectAll()
        .where('org', '=', org)
        .orderBy('name')
        .orderBy('kind')
        .orderBy('value')
        .execute(),
  };
}
