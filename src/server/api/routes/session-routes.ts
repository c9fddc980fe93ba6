import { loginSchema, ownPasswordSchema, whoSchema, type Who } from '../../../protocol/api/session.ts';
import type { SessionRow, Store } from '../../../store/store.ts';
import { refuseOtherSites } from '../../auth/forgery.ts';
import type { Login, NewSession } from '../../auth/login.ts';
import type { Passwords } from '../../auth/passwords.ts';
import { resolveRole, noRights } from '../../auth/rights.ts';
import { writeSessionCookie } from '../../auth/session-cookie.ts';
import type { Principal } from '../../principal.ts';
import { defineApiRoute, type ApiRoute } from '../api-route.ts';
import { ApiProblem } from '../problem.ts';
import { timeText } from '../time-text.ts';

const tag = 'session';

/** Logging in and out, and what concerns nobody but whoever calls. */
export function createSessionRoutes(options: { store: Store; login: Login; passwords: Passwords }): ApiRoute[] {
  const { store, login, passwords } = options;

  return [
    defineApiRoute({
      method: 'POST',
      path: '/api/v1/session',
      permission: 'open',
      tag,
      summary: 'Log in with a name and a password',
      body: loginSchema,
      reply: whoSchema,
      status: 201,
      auditsItself: true,
      async handle({ body, request, remoteAddress, isTls }) {
        refuseOtherSites(request);
        const session = await login.begin(body.name, body.password, remoteAddress);
        const user = await store.users.get(session.row.user);
        const rights = (user && (await resolveRole(store, user.role))) ?? noRights;
        const who = toWho({ kind: 'user', name: session.row.user, ...rights }, session.row);
        return Response.json(who, { status: 201, headers: cookieOf(session, isTls) });
      },
    }),
    defineApiRoute({
      method: 'GET',
      path: '/api/v1/session',
      permission: 'authenticated',
      tag,
      summary: 'Who calls, and what he may do',
      reply: whoSchema,
      handle: ({ principal, session }) => Promise.resolve(toWho(principal, session)),
    }),
    defineApiRoute({
      method: 'DELETE',
      path: '/api/v1/session',
      permission: 'authenticated',
      tag,
      summary: 'Log out',
      status: 204,
      auditsItself: true,
      async handle({ session, isTls = false }) {
        if (session === undefined)
          throw new ApiProblem(409, 'SESSION_NONE', 'a token has no session to end: remove the token instead');
        await login.end(session);
        return new Response(null, { status: 204, headers: { 'Set-Cookie': writeSessionCookie(undefined, isTls) } });
      },
    }),
    defineApiRoute({
      method: 'PUT',
      path: '/api/v1/session/password',
      permission: 'authenticated',
      tag,
      summary: "Change one's own password; other sessions of the user end",
      body: ownPasswordSchema,
      status: 204,
      audit: 'user.password',
      async handle({ body, principal, session, remoteAddress, isTls, mutate }) {
        if (principal.kind !== 'user' || session === undefined)
          throw new ApiProblem(409, 'SESSION_NONE', 'only a user who is logged in has a password to change');
        const { name, passwordHash } = await login.check(principal.name, body.oldPassword, remoteAddress);
        const newHash = await passwords.hash(body.password);
        const now = await store.now();
        const renewed = await mutate({ target: `user:${name}`, detail: { own: true } }, async (tables) => {
          if ((await tables.users.get(name))?.passwordHash !== passwordHash)
            throw new ApiProblem(409, 'PASSWORD_CHANGED', 'the password was changed meanwhile: log in again');
          await tables.users.setPassword(name, newHash);
          await tables.sessions.removeOfUser(name);
          return login.write(tables, name, now);
        });
        return new Response(null, { status: 204, headers: cookieOf(renewed, isTls) });
      },
    }),
  ];
}

function cookieOf(session: NewSession, isTls = false): Record<string, string> {
  return { 'Set-Cookie': writeSessionCookie(session.secret, isTls) };
}

function toWho(principal: Principal, session: SessionRow | undefined): Who {
  return {
    kind: principal.kind,
    name: principal.name,
    permissions: [...principal.permissions],
    ...(principal.hosts === undefined ? {} : { hosts: [...principal.hosts].toSorted() }),
    ...(session === undefined ? {} : { csrf: session.csrf, expiresAt: timeText(session.expiresAt) }),
  };
}
