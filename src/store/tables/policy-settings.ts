import type { Context } from '../context.ts';
import type { PolicySettings } from '../supply-chain.ts';

export function createPolicySettings({ backend, db }: Context): PolicySettings {
  return {
    async put({ org, id, config, ...setting }) {
      const isEnabled = setting.isEnabled ? 1 : 0;
      const changedAt = backend.now();
      await db
        .insertInto('policySettings')
        .values({ org, id, isEnabled, config, changedAt })
        .onConflict((on) => on.columns(['org', 'id']).doUpdateSet({ isEnabled, config, changedAt }))
        .execute();
    },
    async remove(org, id) {
      const query = db.deleteFrom('policySettings').where('org', '=', org).where('id', '=', id);
      return (await query.executeTakeFirst()).numDeletedRows === 1n;
    },
    async all(org) {
      const rows = await db.selectFrom('policySettings').selectAll().where('org', '=', org).orderBy('id').execute();
      return rows.map(({ isEnabled, ...row }) => ({ ...row, isEnabled: isEnabled === 1 }));
    },
  };
}
