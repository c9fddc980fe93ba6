import { z } from 'zod';
import { pageQuery } from '../../../protocol/api/page.ts';
import {
  newUserSchema,
  passwordSchema,
  userChangeSchema,
  userSchema,
  usersSchema,
  type User,
} from '../../../protocol/api/users.ts';
import { nameSchema } from '../../../protocol/names.ts';
import type { Store, Tables, UserRow } from '../../../store/store.ts';
import type { Passwords } from '../../auth/passwords.ts';
import { coversHosts, coversRights, noRights, resolveRole } from '../../auth/rights.ts';
import type { Principal } from '../../principal.ts';
import { defineApiRoute, type ApiRoute } from '../api-route.ts';
import { beyondOwnRights, grantedRights } from '../grant.ts';
import { pageOfTable } from '../page.ts';
import { ApiProblem } from '../problem.ts';
import { timeText } from '../time-text.ts';

const tag = 'users';
const params = z.object({ name: nameSchema });

/**
 * Whoever is limited to hosts knows only of users who are limited to some of them; and nobody can touch a user who may
 * do more than himself, since with a new password he would be that user.
 */
export function createUserRoutes({ store, passwords }: { store: Store; passwords: Passwords }): ApiRoute[] {
  return [
    defineApiRoute({
      method: 'GET',
      path: '/api/v1/users',
      permission: 'users.read',
      tag,
      summary: 'The users',
      query: z.strictObject(pageQuery),
      reply: usersSchema,
      async handle({ query, principal }) {
        const page = await pageOfTable(
          (rows) => store.users.list(rows),
          query,
          (row) => isSeen(store, row, principal),
        );
        return { ...page, items: page.items.map(toUser) };
      },
    }),
    defineApiRoute({
      method: 'GET',
      path: '/api/v1/users/:name',
      permission: 'users.read',
      tag,
      summary: 'One user',
      params,
      reply: userSchema,
      async handle({ params: { name }, principal }) {
        const row = await store.users.get(name);
        if (row === undefined || !(await isSeen(store, row, principal))) throw unknownUser(name);
        return toUser(row);
      },
    }),
    defineApiRoute({
      method: 'POST',
      path: '/api/v1/users',
      permission: 'users.write',
      tag,
      summary: 'Add a user',
      body: newUserSchema,
      reply: userSchema,
      status: 201,
      audit: 'user.create',
      async handle({ body: { name, role, password }, principal, mutate }) {
        // Before the hash, which costs: whoever must not do this is told so at once.
        await grantedRights(store, principal, role);
        const passwordHash = await passwords.hash(password);
        const row = await mutate({ target: `user:${name}`, detail: { role } }, async (tables) => {
          await grantedRights(tables, principal, role);
          if (!(await tables.users.create({ name, passwordHash, role })))
            throw new ApiProblem(409, 'USER_EXISTS', `there is a user ${name} already: choose another name`);
          return tables.users.get(name);
        });
        if (row === undefined) throw unknownUser(name);
        return toUser(row);
      },
    }),
    defineApiRoute({
      method: 'PUT',
      path: '/api/v1/users/:name/password',
      permission: 'users.write',
      tag,
      summary: "Set another user's password: his sessions end",
      params,
      body: passwordSchema,
      status: 204,
      audit: 'user.password',
      async handle({ params: { name }, body, principal, mutate }) {
        await touchable(store, name, principal);
        const passwordHash = await passwords.hash(body.password);
        await mutate({ target: `user:${name}`, detail: { own: false } }, async (tables) => {
          await touchable(tables, name, principal);
          await tables.users.setPassword(name, passwordHash);
          await tables.sessions.removeOfUser(name);
        });
      },
    }),
    defineApiRoute({
      method: 'PATCH',
      path: '/api/v1/users/:name',
      permission: 'users.write',
      tag,
      summary: "Change a user's role",
      params,
      body: userChangeSchema,
      reply: userSchema,
      audit: 'user.role',
      async handle({ params: { name }, body: { role }, principal, mutate }) {
        return mutate({ target: `user:${name}`, detail: { role } }, async (tables) => {
          const row = await touchable(tables, name, principal);
          await grantedRights(tables, principal, role);
          if (role !== 'admin') await keepAnAdministrator(tables, row);
          await tables.users.setRole(name, role);
          return toUser({ ...row, role });
        });
      },
    }),
    defineApiRoute({
      method: 'DELETE',
      path: '/api/v1/users/:name',
      permission: 'users.write',
      tag,
      summary: 'Remove a user: his sessions end, tokens that he made stay',
      params,
      status: 204,
      audit: 'user.remove',
      async handle({ params: { name }, principal, mutate }) {
        await mutate({ target: `user:${name}` }, async (tables) => {
          await keepAnAdministrator(tables, await touchable(tables, name, principal));
          await tables.users.remove(name);
        });
      },
    }),
  ];
}

async function isSeen(tables: Pick<Tables, 'roles'>, row: UserRow, principal: Principal): Promise<boolean> {
  if (principal.hosts === undefined) return true;
  return coversHosts(principal, ((await resolveRole(tables, row.role)) ?? noRights).hosts);
}

/** The user, if the principal may change him. Throws ApiProblem: 404, or 403 where the user may do more. */
async function touchable(
  tables: Pick<Tables, 'users' | 'roles'>,
  name: string,
  principal: Principal,
): Promise<UserRow> {
  const row = await tables.users.get(name);
  if (row === undefined || !(await isSeen(tables, row, principal))) throw unknownUser(name);
  if (!coversRights(principal, (await resolveRole(tables, row.role)) ?? noRights)) throw beyondOwnRights();
  return row;
}

async function keepAnAdministrator({ users }: Pick<Tables, 'users'>, row: UserRow): Promise<void> {
  if (row.role === 'admin' && (await users.countWithRole('admin')) <= 1)
    throw new ApiProblem(409, 'LAST_ADMIN', 'this is the last user with the role admin: give it to another one first');
}

function unknownUser(name: string): ApiProblem {
  return new ApiProblem(404, 'USER_UNKNOWN', `there is no user ${name}`);
}

function toUser({ name, role, createdAt }: UserRow): User {
  return { name, role, createdAt: timeText(createdAt) };
}
