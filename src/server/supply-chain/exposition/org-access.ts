import { errorText } from '../../../base/errors.ts';
import type { Log } from '../../../base/log.ts';
import { orgTokenKind, readOrgScope, type OrgScope } from '../../../store/org-scope.ts';
import type { OrgRow } from '../../../store/supply-chain.ts';
import type { Store } from '../../../store/store.ts';
import { ApiProblem } from '../../api/problem.ts';
import { authenticate, unauthorized } from '../../auth/authentication.ts';
import { isSameText, sha256 } from '../../auth/secret.ts';
import type { Principal } from '../../principal.ts';
import { requireOrg } from '../orgs.ts';

/** Personal access tokens of organisations' owners can be told from every other token. */
export const orgTokenPrefix = 'tmp_';

export interface Visitor {
  request: Request;
  principal: Principal;
  isTls: boolean;
}

/**
 * The organisation, for whoever shows a personal access token that one of its owners has for it, and for commands on the
 * server's machine. Everything is looked up at each request: what was revoked holds at once. Throws ApiProblem: 401 for
 * no token or one that is not valid, 404 where there is no such organisation, 403 for any other valid token, also an
 * administrator's: those are no owner's.
 */
export async function requireOwner(
  store: Store,
  { request, principal, isTls }: Visitor,
  org: string,
  log: Log,
): Promise<OrgRow> {
  if (principal.kind === 'local') return requireOrg(store, org);
  const scope = await readScope(store, request, isTls, log);
  const row = await requireOrg(store, org);
  if (scope === undefined || scope.org !== org)
    throw new ApiProblem(
      403,
      'ORG_TOKEN_OTHER',
      `this token is not for the organisation ${org}: an owner makes one with \`tallyman token create NAME --org ${org}\``,
    );
  if (!(await store.orgs.isOwner(org, scope.user)))
    throw new ApiProblem(403, 'ORG_TOKEN_OWNER', `the token's user is no owner of ${org} any more: use an owner's`);
  return row;
}

/** What the token is for; undefined: it is valid, and for something else altogether. */
async function readScope(store: Store, request: Request, isTls: boolean, log: Log): Promise<OrgScope | undefined> {
  const token = /^bearer +(\S*) *$/i.exec(request.headers.get('authorization') ?? '')?.[1];
  if (token === undefined)
    throw unauthorized(
      'ORG_TOKEN_MISSING',
      `send the personal access token of an owner: Authorization: Bearer ${orgTokenPrefix}...`,
    );
  if (!token.startsWith(orgTokenPrefix)) {
    await authenticate(store, request, isTls, log);
    return undefined;
  }
  const hash = sha256(token);
  const row = /^tmp_[\w-]{43}$/.test(token) ? await store.tokens.find(hash) : undefined;
  const scope = row?.kind === orgTokenKind && isSameText(row.hash, hash) ? readOrgScope(row.scope) : undefined;
  if (row === undefined || scope === undefined)
    throw unauthorized(
      'TOKEN_INVALID',
      'this token is not known here, or was revoked: make a new one',
      'invalid_token',
    );
  if (row.expiresAt !== undefined && row.expiresAt <= (await store.now()))
    throw unauthorized('TOKEN_EXPIRED', 'this token has expired: make a new one', 'invalid_token');
  await store.tokens
    .touch(hash)
    .catch((error: unknown) => log.debug(`a token's use was not noted: ${errorText(error)}`));
  return scope;
}
