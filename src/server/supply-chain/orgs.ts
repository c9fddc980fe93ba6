import { nameSchema } from '../../protocol/names.ts';
import type { OrgRow } from '../../store/supply-chain.ts';
import type { Tables } from '../../store/store.ts';
import { ApiProblem } from '../api/problem.ts';

/** Throws ApiProblem (404) where there is no organisation of this name. */
export async function requireOrg({ orgs }: Pick<Tables, 'orgs'>, name: string): Promise<OrgRow> {
  const org = nameSchema.safeParse(name).success ? await orgs.get(name) : undefined;
  if (org === undefined)
    throw new ApiProblem(404, 'ORG_UNKNOWN', 'there is no organisation of this name: see GET /api/v1/orgs');
  return org;
}

const pageSize = 100;

/** Every organisation; there are few. */
export async function allOrgs({ orgs }: Pick<Tables, 'orgs'>): Promise<readonly OrgRow[]> {
  const all: OrgRow[] = [];
  for (;;) {
    const page = await orgs.list({ limit: pageSize, after: all.at(-1)?.name });
    all.push(...page);
    if (page.length < pageSize) return all;
  }
}
