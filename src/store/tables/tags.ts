import { sql } from 'kysely';
import { atomically, type Context } from '../context.ts';
import type { Tags } from '../supply-chain.ts';

/** Digests that are remembered of one tag. */
const keptOfTag = 100;

export function createTags(context: Context): Tags {
  const { db } = context;
  return {
    put: ({ org, repository, tag, digest, indexedAt }) =>
      atomically(context, async (db) => {
        // Before the tag moves: it has pointed there since it moved last.
        const moved = await db
          .insertInto('tagHistory')
          .values({ org, repository, tag, digest, since: indexedAt })
          .onConflict((on) =>
            on
              .columns(['org', 'repository', 'tag', 'digest'])
              .doUpdateSet({ since: indexedAt })
              .where((eb) =>
                eb.not(
                  eb.exists(
                    eb
                      .selectFrom('tags')
                      .select(sql.lit(1).as('one'))
                      .where('tags.org', '=', org)
                      .where('tags.repository', '=', repository)
                      .where('tags.tag', '=', tag)
                      .where('tags.digest', '=', digest),
                  ),
                ),
              ),
          )
          .returning('digest')
          .executeTakeFirst();
        await db
          .insertInto('tags')
          .values({ org, repository, tag, digest, indexedAt })
          .onConflict((on) => on.columns(['org', 'repository', 'tag']).doUpdateSet({ digest, indexedAt }))
          .execute();
        if (moved === undefined) return;
        const ofTag = { org, repository, tag };
        const kept = db
          .selectFrom('tagHistory')
          .select('digest')
          .where((eb) => eb.and(ofTag))
          .orderBy('since', 'desc')
          .orderBy('digest')
          .limit(keptOfTag);
        await db
          .deleteFrom('tagHistory')
          .where((eb) => eb.and(ofTag))
          .where('digest', '!=', digest)
          .where('digest', 'not in', kept)
          .execute();
      }),
    get: (org, repository, tag) =>
      db
        .selectFrom('tags')
        .selectAll()
        .where((eb) => eb.and({ org, repository, tag }))
        .executeTakeFirst(),
    history: (org, repository, tag) =>
      db
        .selectFrom('tagHistory')
        .select(['digest', 'since'])
        .where((eb) => eb.and({ org, repository, tag }))
        .orderBy('since', 'desc')
        .orderBy('digest')
        .execute(),
    all: (org) =>
      db.selectFrom('tags').selectAll().where('org', '=', org).orderBy('repository').orderBy('tag').execute(),
  };
}
