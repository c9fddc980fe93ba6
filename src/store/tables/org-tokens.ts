import type { Kysely } from 'kysely';
import { orgTokenKind, readOrgScope, type OrgScope } from '../org-scope.ts';
import type { Schema } from '../schema.ts';

const removedAtOnce = 500;

/** Revokes the organisations' tokens with such a scope: one of the same name that is made later is another's. */
export async function removeOrgTokens(db: Kysely<Schema>, isMeant: (scope: OrgScope) => boolean): Promise<void> {
  const tokens = await db.selectFrom('tokens').select(['name', 'scope']).where('kind', '=', orgTokenKind).execute();
  const names = tokens
    .filter(({ scope: text }) => {
      const scope = readOrgScope(text);
      return scope !== undefined && isMeant(scope);
    })
    .map(({ name }) => name);
  for (let start = 0; start < names.length; start += removedAtOnce) {
    await db
      .deleteFrom('tokens')
      .where('name', 'in', names.slice(start, start + removedAtOnce))
      .execute();
  }
}
