import { atomically, type Context } from '../context.ts';
import type { RoleRow, Roles } from '../store.ts';
import { fromHostsColumn, fromPermissionsColumn, toHostsColumn } from './json-columns.ts';
import { afterKey } from './paging.ts';

export function createRoles(context: Context): Roles {
  const { backend, db } = context;
  return {
    async create({ name, permissions, hosts }) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('roles')
        .values({
          name,
          permissions: JSON.stringify(permissions),
          hosts: toHostsColumn(hosts),
          createdAt: backend.now(),
        })
        .onConflict((on) => on.column('name').doNothing())
        .executeTakeFirst();
      return numInsertedOrUpdatedRows === 1n;
    },
    async get(name) {
      const row = await db.selectFrom('roles').selectAll().where('name', '=', name).executeTakeFirst();
      return row && toRole(row);
    },
    async list({ limit, after }) {
      const query = db.selectFrom('roles').selectAll().orderBy('name').limit(limit);
      const rows = await query.where(afterKey('name', after)).execute();
      return rows.map(toRole);
    },
    remove: (name) =>
      atomically(context, async (db) => {
        // Whoever gives the role to someone at the same moment comes before or after this, not between.
        await backend.lock(db, 'writers');
        const users = db.selectFrom('users').select('name').where('role', '=', name);
        const tokens = db.selectFrom('tokens').select('name').where('role', '=', name);
        const holder = await users.unionAll(tokens).limit(1).executeTakeFirst();
        if (holder !== undefined) return 'used';
        const { numDeletedRows } = await db.deleteFrom('roles').where('name', '=', name).executeTakeFirst();
        return numDeletedRows === 1n ? 'removed' : 'unknown';
      }),
  };
}

function toRole(row: { name: string; permissions: string; hosts: string | null; createdAt: number }): RoleRow {
  return {
    name: row.name,
    permissions: fromPermissionsColumn(row.permissions),
    hosts: fromHostsColumn(row.hosts),
    createdAt: row.createdAt,
  };
}
