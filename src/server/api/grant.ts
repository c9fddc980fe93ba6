import type { Tables } from '../../store/store.ts';
import { coversRights, intersectHosts, resolveRole, type Rights } from '../auth/rights.ts';
import type { Principal } from '../principal.ts';
import { ApiProblem } from './problem.ts';

/**
 * The rights that somebody with this role, limited to these hosts, would have. Throws ApiProblem: 403 where they go
 * beyond the principal's own, 409 where there is no such role.
 */
export async function grantedRights(
  tables: Pick<Tables, 'roles'>,
  principal: Principal,
  role: string,
  hosts?: readonly string[],
): Promise<Rights> {
  const rights = await resolveRole(tables, role);
  if (rights === undefined)
    throw new ApiProblem(409, 'ROLE_UNKNOWN', `there is no role ${role}: see GET /api/v1/roles`);
  const limit = hosts === undefined ? undefined : new Set(hosts);
  const granted = { permissions: rights.permissions, hosts: intersectHosts(rights.hosts, limit) };
  // What is named counts even where the role leaves it out: it must not tell which hosts there are.
  if (
    !coversRights(principal, granted) ||
    (limit !== undefined && !coversRights(principal, { ...granted, hosts: limit }))
  )
    throw beyondOwnRights();
  return granted;
}

export function beyondOwnRights(): ApiProblem {
  return new ApiProblem(
    403,
    'RIGHTS_EXCEEDED',
    'this has permissions or hosts that you have not: nobody can give or change what goes beyond his own',
  );
}

/** Throws ApiProblem (409) for a host that is not there: a misspelt name would give a token or role that sees nothing. */
export async function requireHosts(tables: Pick<Tables, 'hosts'>, names: readonly string[] = []): Promise<void> {
  if (names.length === 0) return;
  const known = new Set((await tables.hosts.all()).map(({ name }) => name));
  const unknown = names.find((name) => !known.has(name));
  if (unknown !== undefined)
    throw new ApiProblem(409, 'HOST_UNKNOWN', `there is no host ${unknown}: add it first, or mend the name`);
}
