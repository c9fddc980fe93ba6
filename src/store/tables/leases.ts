import type { Context } from '../context.ts';
import type { Leases } from '../store.ts';

export function createLeases({ backend, db }: Context): Leases {
  return {
    async hold(name, holder, ttlMs) {
      const held = await db
        .insertInto('leases')
        .values((eb) => ({ name, holder, expiresAt: eb(backend.now(), '+', ttlMs) }))
        .onConflict((on) =>
          on
            .column('name')
            .doUpdateSet((eb) => ({ holder, expiresAt: eb(backend.now(), '+', ttlMs) }))
            .where((eb) => eb.or([eb('leases.holder', '=', holder), eb('leases.expiresAt', '<=', backend.now())])),
        )
        .returning('name')
        .executeTakeFirst();
      return held !== undefined;
    },
    async release(name, holder) {
      await db.deleteFrom('leases').where('name', '=', name).where('holder', '=', holder).execute();
    },
  };
}
