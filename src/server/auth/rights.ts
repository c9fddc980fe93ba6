import { builtInRoles, type Permission } from '../../protocol/permissions.ts';
import type { Tables } from '../../store/store.ts';
import type { Principal } from '../principal.ts';

/** What somebody may do, and on which hosts (by name; undefined: all). */
export interface Rights {
  permissions: ReadonlySet<Permission>;
  hosts: ReadonlySet<string> | undefined;
}

export const noRights: Rights = { permissions: new Set(), hosts: new Set() };

export function isBuiltInRole(name: string): name is keyof typeof builtInRoles {
  return Object.hasOwn(builtInRoles, name);
}

/** undefined: there is no such role. */
export async function resolveRole(tables: Pick<Tables, 'roles'>, name: string): Promise<Rights | undefined> {
  if (isBuiltInRole(name)) return { permissions: new Set(builtInRoles[name]), hosts: undefined };
  const role = await tables.roles.get(name);
  return role === undefined
    ? undefined
    : { permissions: new Set(role.permissions), hosts: role.hosts === undefined ? undefined : new Set(role.hosts) };
}

/** The hosts in both; undefined stands for all. */
export function intersectHosts(
  a: ReadonlySet<string> | undefined,
  b: ReadonlySet<string> | undefined,
): ReadonlySet<string> | undefined {
  if (a === undefined) return b;
  return b === undefined ? a : new Set([...a].filter((host) => b.has(host)));
}

/** Whether all of these hosts are the principal's. */
export function coversHosts(principal: Principal, hosts: ReadonlySet<string> | undefined): boolean {
  if (principal.hosts === undefined) return true;
  return hosts !== undefined && isSubset(hosts, principal.hosts);
}

/** Whether the principal has all of these rights: what he has not, he can neither give nor take over. */
export function coversRights(principal: Principal, rights: Rights): boolean {
  return isSubset(rights.permissions, principal.permissions) && coversHosts(principal, rights.hosts);
}

function isSubset<T>(part: ReadonlySet<T>, whole: ReadonlySet<T>): boolean {
  return [...part].every((one) => whole.has(one));
}
