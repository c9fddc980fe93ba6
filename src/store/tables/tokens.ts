import type { Context } from '../context.ts';
import type { TokenTable } from '../schema.ts';
import type { TokenRow, Tokens } from '../store.ts';
import { fromHostsColumn, toHostsColumn } from './json-columns.ts';
import { afterKey } from './paging.ts';

/** A use is written down at most this often. */
const touchEveryMs = 60_000;

export function createTokens({ backend, db }: Context): Tokens {
  const one = async (column: 'hash' | 'name', value: string): Promise<TokenRow | undefined> => {
    const row = await db.selectFrom('tokens').selectAll().where(column, '=', value).executeTakeFirst();
    return row && toToken(row);
  };
  return {
    async create({ hosts, expiresAt, ...token }) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('tokens')
        .values({
          ...token,
          hosts: toHostsColumn(hosts),
          createdAt: backend.now(),
          expiresAt: expiresAt ?? null,
          lastUsedAt: null,
        })
        .onConflict((on) => on.column('name').doNothing())
        .executeTakeFirst();
      return numInsertedOrUpdatedRows === 1n;
    },
    find: (hash) => one('hash', hash),
    get: (name) => one('name', name),
    async list({ limit, after }) {
      const query = db.selectFrom('tokens').selectAll().orderBy('name').limit(limit);
      return (await query.where(afterKey('name', after)).execute()).map(toToken);
    },
    async touch(hash) {
      await db
        .updateTable('tokens')
        .set({ lastUsedAt: backend.now() })
        .where('hash', '=', hash)
        .where((eb) =>
          eb.or([eb('lastUsedAt', 'is', null), eb('lastUsedAt', '<=', eb(backend.now(), '-', touchEveryMs))]),
        )
        .execute();
    },
    async remove(name) {
      const { numDeletedRows } = await db.deleteFrom('tokens').where('name', '=', name).executeTakeFirst();
      return numDeletedRows === 1n;
    },
    async removeExpiredBefore(time) {
      const query = db.deleteFrom('tokens').where('expiresAt', '<', time);
      return Number((await query.executeTakeFirst()).numDeletedRows);
    },
  };
}

function toToken({ hosts, expiresAt, lastUsedAt, ...row }: TokenTable): TokenRow {
  return {
    ...row,
    hosts: fromHostsColumn(hosts),
    expiresAt: expiresAt ?? undefined,
    lastUsedAt: lastUsedAt ?? undefined,
  };
}
