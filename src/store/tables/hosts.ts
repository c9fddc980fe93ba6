import { atomically, retrying, type Context } from '../context.ts';
import type { HostTable } from '../schema.ts';
import type { HostRow, Hosts } from '../store.ts';
import { afterKey } from './paging.ts';

export function createHosts(context: Context): Hosts {
  const { backend, db } = context;
  const one = async (column: 'id' | 'name', value: string): Promise<HostRow | undefined> => {
    const row = await db.selectFrom('hosts').selectAll().where(column, '=', value).executeTakeFirst();
    return row && toHost(row);
  };
  return {
    async create({ id, name, agentUrl }) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('hosts')
        .values({
          ...{ id, name, agentUrl, createdAt: backend.now(), statusSince: backend.now() },
          ...{ joinedAt: null, lastSeenAt: null, agentVersion: '', exporter: '', status: 'offline' },
        })
        .onConflict((on) => on.column('name').doNothing())
        .executeTakeFirst();
      return numInsertedOrUpdatedRows === 1n;
    },
    get: (name) => one('name', name),
    getById: (id) => one('id', id),
    async list({ limit, after }) {
      const query = db.selectFrom('hosts').selectAll().orderBy('name').limit(limit);
      return (await query.where(afterKey('name', after)).execute()).map(toHost);
    },
    async all() {
      return (await db.selectFrom('hosts').selectAll().orderBy('name').execute()).map(toHost);
    },
    async update(id, { joinedAt, agentVersion, exporter, status, statusSince }) {
      const values = Object.entries({ joinedAt, agentVersion, exporter, status, statusSince });
      const given = values.filter(([, value]) => value !== undefined);
      if (given.length === 0) return (await one('id', id)) !== undefined;
      const query = db.updateTable('hosts').set(Object.fromEntries(given)).where('id', '=', id);
      const { numUpdatedRows } = await retrying(backend, () => query.executeTakeFirst());
      return numUpdatedRows === 1n;
    },
    remove: (name) =>
      atomically(context, async (db) => {
        // what belongs to it goes by the database's rule
        const host = await db.deleteFrom('hosts').where('name', '=', name).returning('id').executeTakeFirst();
        if (host === undefined) return undefined;
        await db
          .updateTable('certificates')
          .set({ revokedAt: backend.now() })
          .where('hostId', '=', host.id)
          .where('revokedAt', 'is', null)
          .execute();
        return host.id;
      }),
  };
}

function toHost({ joinedAt, lastSeenAt, ...row }: HostTable): HostRow {
  return { ...row, joinedAt: joinedAt ?? undefined, lastSeenAt: lastSeenAt ?? undefined };
}
