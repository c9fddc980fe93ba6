import { z } from 'zod';
import { pageQuery } from '../../../protocol/api/page.ts';
import { newRoleSchema, roleSchema, rolesSchema, type Role } from '../../../protocol/api/roles.ts';
import { nameSchema } from '../../../protocol/names.ts';
import { builtInRoles } from '../../../protocol/permissions.ts';
import type { RoleRow, Store } from '../../../store/store.ts';
import { coversHosts, coversRights, isBuiltInRole } from '../../auth/rights.ts';
import type { Principal } from '../../principal.ts';
import { defineApiRoute, type ApiRoute } from '../api-route.ts';
import { beyondOwnRights, requireHosts } from '../grant.ts';
import { pageOfTable } from '../page.ts';
import { ApiProblem } from '../problem.ts';
import { timeText } from '../time-text.ts';

const tag = 'roles';
const params = z.object({ name: nameSchema });

const builtIn: readonly Role[] = Object.entries(builtInRoles).map(([name, permissions]) => ({
  name,
  builtIn: true,
  permissions: [...permissions],
}));

export function createRoleRoutes(store: Store): ApiRoute[] {
  return [
    defineApiRoute({
      method: 'GET',
      path: '/api/v1/roles',
      permission: 'roles.read',
      tag,
      summary: 'The roles: the built-in ones on the first page, besides those of the page',
      query: z.strictObject(pageQuery),
      reply: rolesSchema,
      async handle({ query, principal }) {
        const page = await pageOfTable(
          (rows) => store.roles.list(rows),
          query,
          (row) => isSeen(row, principal),
        );
        return { ...page, items: [...(query.cursor === undefined ? builtIn : []), ...page.items.map(toRole)] };
      },
    }),
    defineApiRoute({
      method: 'GET',
      path: '/api/v1/roles/:name',
      permission: 'roles.read',
      tag,
      summary: 'One role',
      params,
      reply: roleSchema,
      async handle({ params: { name }, principal }) {
        const row = await store.roles.get(name);
        const own = row !== undefined && isSeen(row, principal) ? toRole(row) : undefined;
        const role = builtIn.find((role) => role.name === name) ?? own;
        if (role === undefined) throw unknownRole(name);
        return role;
      },
    }),
    defineApiRoute({
      method: 'POST',
      path: '/api/v1/roles',
      permission: 'users.write',
      tag,
      summary: 'Make a role of permissions',
      body: newRoleSchema,
      reply: roleSchema,
      status: 201,
      audit: 'role.create',
      async handle({ body, principal, mutate }) {
        const { name } = body;
        const permissions = [...new Set(body.permissions)];
        const hosts = body.hosts === undefined ? undefined : [...new Set(body.hosts)].toSorted();
        const rights = { permissions: new Set(permissions), hosts: hosts === undefined ? undefined : new Set(hosts) };
        if (!coversRights(principal, rights)) throw beyondOwnRights();
        const detail = { permissions, ...(hosts === undefined ? {} : { hosts }) };
        const row = await mutate({ target: `role:${name}`, detail }, async (tables) => {
          await requireHosts(tables, hosts);
          if (isBuiltInRole(name) || !(await tables.roles.create({ name, permissions, hosts })))
            throw new ApiProblem(409, 'ROLE_EXISTS', `there is a role ${name} already: choose another name`);
          return tables.roles.get(name);
        });
        if (row === undefined) throw unknownRole(name);
        return toRole(row);
      },
    }),
    defineApiRoute({
      method: 'DELETE',
      path: '/api/v1/roles/:name',
      permission: 'users.write',
      tag,
      summary: 'Remove a role that no user and no token has',
      params,
      status: 204,
      audit: 'role.remove',
      async handle({ params: { name }, principal, mutate }) {
        if (isBuiltInRole(name))
          throw new ApiProblem(409, 'ROLE_BUILT_IN', `every server has the role ${name}: it cannot be removed`);
        await mutate({ target: `role:${name}` }, async ({ roles }) => {
          const row = await roles.get(name);
          if (row === undefined || !isSeen(row, principal)) throw unknownRole(name);
          if (!coversRights(principal, toRights(row))) throw beyondOwnRights();
          if ((await roles.remove(name)) === 'used')
            throw new ApiProblem(
              409,
              'ROLE_USED',
              `users or tokens have the role ${name}: give them another one first`,
            );
        });
      },
    }),
  ];
}

/** Whoever is limited to hosts knows only of roles that are limited to some of them. */
function isSeen(row: RoleRow, principal: Principal): boolean {
  return coversHosts(principal, toRights(row).hosts);
}

function toRights({ permissions, hosts }: RoleRow) {
  return { permissions: new Set(permissions), hosts: hosts === undefined ? undefined : new Set(hosts) };
}

function unknownRole(name: string): ApiProblem {
  return new ApiProblem(404, 'ROLE_UNKNOWN', `there is no role ${name}`);
}

function toRole({ name, permissions, hosts, createdAt }: RoleRow): Role {
  return {
    name,
    builtIn: false,
    permissions: [...permissions],
    ...(hosts === undefined ? {} : { hosts: [...hosts] }),
    createdAt: timeText(createdAt),
  };
}
