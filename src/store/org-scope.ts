import { z } from 'zod';

/** `kind` of the personal access tokens that are good for one organisation. */
export const orgTokenKind = 'org';

const orgScopeSchema = z.object({ org: z.string(), user: z.string() });
/** Whose token it is, and of which organisation: it holds while that user is an owner. */
export type OrgScope = z.infer<typeof orgScopeSchema>;

/** As it is in a token's `scope`. */
export function writeOrgScope({ org, user }: OrgScope): string {
  return JSON.stringify({ org, user });
}

/** undefined: the scope of another kind of token. */
export function readOrgScope(scope: string): OrgScope | undefined {
  try {
    return orgScopeSchema.safeParse(JSON.parse(scope)).data;
  } catch {
    return undefined;
  }
}
