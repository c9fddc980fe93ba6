import { sql } from 'kysely';
import { atomically, type Context } from '../context.ts';
import type { Users } from '../store.ts';
import { removeOrgTokens } from './org-tokens.ts';
import { afterKey } from './paging.ts';

export function createUsers(context: Context): Users {
  const { backend, db } = context;
  const change = async (name: string, values: { passwordHash: string } | { role: string }): Promise<boolean> => {
    const { numUpdatedRows } = await db.updateTable('users').set(values).where('name', '=', name).executeTakeFirst();
    return numUpdatedRows === 1n;
  };
  return {
    async create(user) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('users')
        .values({ name: user.name, passwordHash: user.passwordHash, role: user.role, createdAt: backend.now() })
        .onConflict((on) => on.column('name').doNothing())
        .executeTakeFirst();
      return numInsertedOrUpdatedRows === 1n;
    },
    get: (name) => db.selectFrom('users').selectAll().where('name', '=', name).executeTakeFirst(),
    list: ({ limit, after }) =>
      db.selectFrom('users').selectAll().where(afterKey('name', after)).orderBy('name').limit(limit).execute(),
    async count() {
      const { count } = await db.selectFrom('users').select(countRows).executeTakeFirstOrThrow();
      return count;
    },
    async countWithRole(role) {
      const query = db.selectFrom('users').select(countRows).where('role', '=', role);
      return (await query.executeTakeFirstOrThrow()).count;
    },
    setPassword: (name, passwordHash) => change(name, { passwordHash }),
    setRole: (name, role) => change(name, { role }),
    remove: (name) =>
      atomically(context, async (db) => {
        // as in the removal of an organisation
        await backend.lock(db, 'writers');
        await removeOrgTokens(db, ({ user }) => user === name);
        // its sessions go by the database's rule, and what it owns is without it
        const { numDeletedRows } = await db.deleteFrom('users').where('name', '=', name).executeTakeFirst();
        return numDeletedRows === 1n;
      }),
  };
}

const countRows = sql<number>`count(*)`.as('count');
