import type { Context } from '../context.ts';
import type { KeyVault } from '../store.ts';

export function createKeyVault({ db, sealer }: Pick<Context, 'db' | 'sealer'>): KeyVault {
  const get = async (name: string): Promise<string | undefined> => {
    const row = await db.selectFrom('sealedKeys').select('sealed').where('name', '=', name).executeTakeFirst();
    return row === undefined ? undefined : sealer.open(name, row.sealed);
  };
  return {
    get,
    async putIfAbsent(name, value) {
      await db
        .insertInto('sealedKeys')
        .values({ name, sealed: sealer.seal(name, value) })
        .onConflict((on) => on.column('name').doNothing())
        .execute();
      return (await get(name)) ?? value;
    },
    async replace(name, value) {
      const sealed = sealer.seal(name, value);
      await db
        .insertInto('sealedKeys')
        .values({ name, sealed })
        .onConflict((on) => on.column('name').doUpdateSet({ sealed }))
        .execute();
    },
  };
}
