import type { Context } from '../context.ts';
import type { Reports } from '../supply-chain.ts';

export function createReports({ db }: Context): Reports {
  return {
    async put({ org, digest, kind, format, receivedAt, data }) {
      await db
        .insertInto('reports')
        .values({ org, digest, kind, format, receivedAt, data })
        .onConflict((on) =>
          on.columns(['org', 'digest', 'kind']).doUpdateSet((eb) => ({
            format: eb.ref('excluded.format'),
            receivedAt: eb.ref('excluded.receivedAt'),
            data: eb.ref('excluded.data'),
          })),
        )
        .execute();
    },
    of: (org, digest) =>
      db
        .selectFrom('reports')
        .selectAll()
        .where('org', '=', org)
        .where('digest', '=', digest)
        .orderBy('kind')
        .execute(),
  };
}
