import { z } from 'zod';
import { pageQuery } from '../../../protocol/api/page.ts';
import {
  createdTokenSchema,
  newTokenSchema,
  tokenSchema,
  tokensSchema,
  type Token,
} from '../../../protocol/api/tokens.ts';
import { nameSchema } from '../../../protocol/names.ts';
import type { Store, TokenRow } from '../../../store/store.ts';
import { coversHosts, intersectHosts, noRights, resolveRole } from '../../auth/rights.ts';
import { createSecret, sha256, tokenPrefix } from '../../auth/secret.ts';
import { actorOf, type Principal } from '../../principal.ts';
import { defineApiRoute, type ApiRoute } from '../api-route.ts';
import { grantedRights, requireHosts } from '../grant.ts';
import { pageOfTable } from '../page.ts';
import { ApiProblem } from '../problem.ts';
import { timeField, timeText } from '../time-text.ts';

const tag = 'tokens';
const params = z.object({ name: nameSchema });

/** Whoever is limited to hosts knows only of tokens that are limited to some of them. */
export function createTokenRoutes(store: Store): ApiRoute[] {
  async function isSeen(row: TokenRow, principal: Principal): Promise<boolean> {
    if (principal.hosts === undefined) return true;
    const role = (await resolveRole(store, row.role)) ?? noRights;
    return coversHosts(principal, intersectHosts(role.hosts, row.hosts === undefined ? undefined : new Set(row.hosts)));
  }

  async function find(name: string, principal: Principal): Promise<TokenRow> {
    const row = await store.tokens.get(name);
    if (row === undefined || !(await isSeen(row, principal)))
      throw new ApiProblem(404, 'TOKEN_UNKNOWN', `there is no token ${name}`);
    return row;
  }

  return [
    defineApiRoute({
      method: 'GET',
      path: '/api/v1/tokens',
      permission: 'tokens.read',
      tag,
      summary: 'The tokens, without their secrets',
      query: z.strictObject(pageQuery),
      reply: tokensSchema,
      async handle({ query, principal }) {
        const page = await pageOfTable(
          (rows) => store.tokens.list(rows),
          query,
          (row) => isSeen(row, principal),
        );
        return { ...page, items: page.items.map(toToken) };
      },
    }),
    defineApiRoute({
      method: 'GET',
      path: '/api/v1/tokens/:name',
      permission: 'tokens.read',
      tag,
      summary: 'One token, without its secret',
      params,
      reply: tokenSchema,
      handle: async ({ params: { name }, principal }) => toToken(await find(name, principal)),
    }),
    defineApiRoute({
      method: 'POST',
      path: '/api/v1/tokens',
      permission: 'tokens.write',
      tag,
      summary: 'Make a token: the reply is the only place that shows it',
      body: newTokenSchema,
      reply: createdTokenSchema,
      status: 201,
      audit: 'token.create',
      async handle({ body, principal, mutate }) {
        const token = createSecret(tokenPrefix);
        const { name, role } = body;
        const hosts = body.hosts === undefined ? undefined : [...new Set(body.hosts)].toSorted();
        const now = await store.now();
        const expiresAt = body.expires === undefined ? undefined : now + body.expires;
        const detail = { role, ...(hosts === undefined ? {} : { hosts }), ...timeField('expiresAt', expiresAt) };
        const createdBy = actorOf(principal);
        const row = { name, hash: sha256(token), kind: 'api', role, hosts, scope: '', createdBy, expiresAt };
        await mutate({ target: `token:${name}`, detail }, async (tables) => {
          await grantedRights(tables, principal, role, hosts);
          await requireHosts(tables, hosts);
          if (!(await tables.tokens.create(row)))
            throw new ApiProblem(
              409,
              'TOKEN_EXISTS',
              `there is a token ${name} already: remove it, or choose another name`,
            );
        });
        return { ...toToken({ ...row, createdAt: now, lastUsedAt: undefined }), token };
      },
    }),
    defineApiRoute({
      method: 'DELETE',
      path: '/api/v1/tokens/:name',
      permission: 'tokens.write',
      tag,
      summary: 'Revoke a token: it is refused from the next request on',
      params,
      status: 204,
      audit: 'token.revoke',
      async handle({ params: { name }, principal, mutate }) {
        await find(name, principal);
        await mutate({ target: `token:${name}` }, async ({ tokens }) => {
          if (!(await tokens.remove(name))) throw new ApiProblem(404, 'TOKEN_UNKNOWN', `there is no token ${name}`);
        });
      },
    }),
  ];
}

function toToken(row: TokenRow): Token {
  return {
    name: row.name,
    kind: row.kind,
    role: row.role,
    ...(row.hosts === undefined ? {} : { hosts: [...row.hosts] }),
    createdBy: row.createdBy,
    createdAt: timeText(row.createdAt),
    ...timeField('expiresAt', row.expiresAt),
    ...timeField('lastUsedAt', row.lastUsedAt),
  };
}
