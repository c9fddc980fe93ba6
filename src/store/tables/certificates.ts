import type { Context } from '../context.ts';
import type { Schema } from '../schema.ts';
import type { CertificateRow, Certificates } from '../store.ts';

export function createCertificates({ backend, db }: Context): Certificates {
  return {
    async create({ serial, hostId, publicKey, notBefore, notAfter }) {
      await db
        .insertInto('certificates')
        .values({ serial, hostId: hostId ?? null, publicKey, notBefore, notAfter, revokedAt: null })
        .execute();
    },
    async get(serial) {
      const row = await db.selectFrom('certificates').selectAll().where('serial', '=', serial).executeTakeFirst();
      return row && toCertificate(row);
    },
    async ofHost(hostId) {
      const query = db.selectFrom('certificates').selectAll().where('hostId', '=', hostId);
      const rows = await query.orderBy('notBefore', 'desc').orderBy('notAfter', 'desc').limit(keptOfHost).execute();
      return rows.map(toCertificate);
    },
    async withoutRight(serials) {
      const inForce = new Set<string>();
      for (let start = 0; start < serials.length; start += askedAtOnce) {
        const rows = await db
          .selectFrom('certificates')
          .innerJoin('hosts', 'hosts.id', 'certificates.hostId')
          .select('certificates.serial')
          .where('certificates.serial', 'in', serials.slice(start, start + askedAtOnce))
          .where('certificates.revokedAt', 'is', null)
          .where('certificates.notAfter', '>', backend.now())
          .execute();
        for (const { serial } of rows) inForce.add(serial);
      }
      return serials.filter((serial) => !inForce.has(serial));
    },
    async revokeOfHost(hostId) {
      const query = db
        .updateTable('certificates')
        .set({ revokedAt: backend.now() })
        .where('hostId', '=', hostId)
        .where('revokedAt', 'is', null);
      return Number((await query.executeTakeFirst()).numUpdatedRows);
    },
    async removeExpiredBefore(time) {
      const query = db.deleteFrom('certificates').where('notAfter', '<', time);
      return Number((await query.executeTakeFirst()).numDeletedRows);
    },
  };
}

/** Parameters of one statement are bounded. */
const askedAtOnce = 500;
/** A host has two at most that are in force; older ones go a month after their end. */
const keptOfHost = 100;

function toCertificate({ hostId, revokedAt, ...row }: Schema['certificates']): CertificateRow {
  return { ...row, hostId: hostId ?? undefined, revokedAt: revokedAt ?? undefined };
}
