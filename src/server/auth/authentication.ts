import type { Log } from '../../base/log.ts';
import type { SessionRow, Store } from '../../store/store.ts';
import { ApiProblem } from '../api/problem.ts';
import type { Principal } from '../principal.ts';
import { intersectHosts, noRights, resolveRole } from './rights.ts';
import { isSameText, sha256 } from './secret.ts';
import { readSessionCookie } from './session-cookie.ts';

export interface Caller {
  principal: Principal;
  /** Where it is a session's cookie that says who calls. */
  session?: SessionRow;
}

export const anonymous: Principal = { kind: 'anonymous', name: '', permissions: new Set(), hosts: new Set() };

/**
 * Says who calls: by a Bearer token, else by a session's cookie. Everything is looked up at each request, so that what
 * was revoked or changed, by whichever server, holds from the next request on. Throws ApiProblem (401) for a token that
 * is not valid; a cookie that is not valid is no cookie.
 */
export async function authenticate(store: Store, request: Request, isTls: boolean, log: Log): Promise<Caller> {
  const token = bearerToken(request.headers.get('authorization') ?? '');
  if (token !== undefined) return { principal: await tokenPrincipal(store, token, log) };
  const secret = readSessionCookie(request.headers.get('cookie'), isTls);
  const caller = secret === undefined ? undefined : await sessionCaller(store, secret);
  return caller ?? { principal: anonymous };
}

/**
 * Prometheus 2 leaves out the word Bearer in HTTP service discovery where `authorization` has no `type`: one of our
 * tokens by itself can mean nothing else.
 */
function bearerToken(header: string): string | undefined {
  return (/^bearer +(\S*) *$/i.exec(header) ?? /^(tmn_[\w-]{43})$/.exec(header))?.[1];
}

export function unauthorized(code: string, detail: string, error?: string): ApiProblem {
  const challenge = `Bearer realm="tallyman"${error === undefined ? '' : `, error="${error}"`}`;
  return new ApiProblem(401, code, detail, { 'WWW-Authenticate': challenge });
}

async function tokenPrincipal(store: Store, token: string, log: Log): Promise<Principal> {
  const hash = sha256(token);
  const row = /^tmn_[\w-]{43}$/.test(token) ? await store.tokens.find(hash) : undefined;
  if (row === undefined || row.kind !== 'api' || !isSameText(row.hash, hash))
    throw unauthorized(
      'TOKEN_INVALID',
      'this token is not known here, or was revoked: make a new one',
      'invalid_token',
    );
  if (row.expiresAt !== undefined && row.expiresAt <= (await store.now()))
    throw unauthorized('TOKEN_EXPIRED', 'this token has expired: make a new one', 'invalid_token');
  // A database that cannot be written to is no reason not to answer what only reads.
  await store.tokens.touch(hash).catch((error: unknown) => log.debug({ err: error }, "a token's use was not noted"));
  const rights = (await resolveRole(store, row.role)) ?? noRights;
  const limit = row.hosts === undefined ? undefined : new Set(row.hosts);
  return {
    kind: 'token',
    name: row.name,
    permissions: rights.permissions,
    hosts: intersectHosts(rights.hosts, limit),
  };
}

async function sessionCaller(store: Store, secret: string): Promise<Caller | undefined> {
  const session = await store.sessions.get(sha256(secret));
  const user = session === undefined ? undefined : await store.users.get(session.user);
  if (session === undefined || user === undefined) return undefined;
  const rights = (await resolveRole(store, user.role)) ?? noRights;
  return { principal: { kind: 'user', name: user.name, ...rights }, session };
}
