import { atomically, type Context } from '../context.ts';
import type { Images } from '../supply-chain.ts';
import { fromImageRow, summaryColumns, toImageRow, toSummaryRow } from './image-columns.ts';
import { afterKey } from './paging.ts';

/** Newest first; of a repository, more than these are history. */
const keptOfRepository = 1000;

export function createImages(context: Context): Images {
  const { db } = context;
  const whole = db
    .selectFrom('images')
    .innerJoin('imageDetails as details', (join) =>
      join.onRef('details.org', '=', 'images.org').onRef('details.digest', '=', 'images.digest'),
    )
    .selectAll('images')
    .select(['details.facts', 'details.policies']);
  return {
    put: (row) =>
      atomically(context, async (db) => {
        const { image, details } = fromImageRow(row);
        const { org, digest, ...values } = image;
        await db
          .insertInto('images')
          .values(image)
          .onConflict((on) => on.columns(['org', 'digest']).doUpdateSet(values))
          .execute();
        await db
          .insertInto('imageDetails')
          .values({ org, digest, ...details })
          .onConflict((on) =>
            on.columns(['org', 'digest']).doUpdateSet((eb) => ({
              facts: eb.ref('excluded.facts'),
              policies: eb.ref('excluded.policies'),
            })),
          )
          .execute();
      }),
    async get(org, digest) {
      const row = await whole.where('images.org', '=', org).where('images.digest', '=', digest).executeTakeFirst();
      return row && toImageRow(row);
    },
    async ofRepository(org, repository) {
      const rows = await whole
        .where('images.org', '=', org)
        .where('images.repository', '=', repository)
        .orderBy('images.indexedAt', 'desc')
        .orderBy('images.digest')
        .limit(keptOfRepository)
        .execute();
      return rows.map(toImageRow);
    },
    async list(org, { limit, after }) {
      const query = whole.where('images.org', '=', org).where(afterKey('images.digest', after));
      return (await query.orderBy('images.digest').limit(limit).execute()).map(toImageRow);
    },
    async all(org) {
      const query = db.selectFrom('images').select(summaryColumns).where('org', '=', org).orderBy('digest');
      return (await query.execute()).map((row) => toSummaryRow(org, row));
    },
    async due(now, limit) {
      const query = whole.where('images.nextChangeAt', '<=', now).orderBy('images.nextChangeAt').limit(limit);
      return (await query.execute()).map(toImageRow);
    },
    async remove(org, digest) {
      // what belongs to it goes by the database's rule
      const query = db.deleteFrom('images').where('org', '=', org).where('digest', '=', digest);
      return (await query.executeTakeFirst()).numDeletedRows === 1n;
    },
  };
}
