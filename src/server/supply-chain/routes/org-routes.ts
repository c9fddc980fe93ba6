import { z } from 'zod';
import { pageQuery } from '../../../protocol/api/page.ts';
import {
  createdOrgTokenSchema,
  newOrgSchema,
  newOrgTokenSchema,
  orgSchema,
  orgsSchema,
} from '../../../protocol/api/supply-chain.ts';
import { nameSchema } from '../../../protocol/names.ts';
import { orgTokenKind, writeOrgScope } from '../../../store/org-scope.ts';
import type { OrgRow } from '../../../store/supply-chain.ts';
import type { Store } from '../../../store/store.ts';
import { defineApiRoute, type ApiRoute } from '../../api/api-route.ts';
import { pageOfTable } from '../../api/page.ts';
import { ApiProblem } from '../../api/problem.ts';
import { timeField, timeText } from '../../api/time-text.ts';
import { createSecret, sha256 } from '../../auth/secret.ts';
import { actorOf, type Principal } from '../../principal.ts';
import { orgTokenPrefix } from '../exposition/org-access.ts';
import { requireOrg } from '../orgs.ts';

const common = { tag: 'supply chain', isFleetWide: true } as const;

export function createOrgRoutes(store: Store): ApiRoute[] {
  const toOrg = async ({ name, createdAt }: OrgRow) => ({
    name,
    owners: [...(await store.orgs.owners(name))],
    createdAt: timeText(createdAt),
  });

  return [
    defineApiRoute({
      ...common,
      method: 'GET',
      path: '/api/v1/orgs',
      permission: 'images.read',
      summary: 'The organisations',
      query: z.strictObject(pageQuery),
      reply: orgsSchema,
      async handle({ query }) {
        const page = await pageOfTable(
          (rows) => store.orgs.list(rows),
          query,
          () => true,
        );
        return { ...page, items: await Promise.all(page.items.map(toOrg)) };
      },
    }),
    defineApiRoute({
      ...common,
      method: 'POST',
      path: '/api/v1/orgs',
      permission: 'orgs.write',
      summary: 'Make an organisation, with all policies enabled',
      body: newOrgSchema,
      reply: orgSchema,
      status: 201,
      audit: 'org.create',
      async handle({ body: { name, owner }, mutate }) {
        const org = await mutate({ target: `org:${name}`, detail: { owner } }, async (tables) => {
          if ((await tables.users.get(owner)) === undefined)
            throw new ApiProblem(409, 'USER_UNKNOWN', `there is no user ${owner}: create it first, or mend the name`);
          if (!(await tables.orgs.create(name, owner)))
            throw new ApiProblem(409, 'ORG_EXISTS', `there is an organisation ${name} already: choose another name`);
          return requireOrg(tables, name);
        });
        return toOrg(org);
      },
    }),
    defineApiRoute({
      ...common,
      method: 'POST',
      path: '/api/v1/orgs/:org/tokens',
      permission: 'authenticated',
      summary: "Make an owner's personal access token for the organisation's metrics: the reply alone shows it",
      params: z.object({ org: nameSchema }),
      body: newOrgTokenSchema,
      reply: createdOrgTokenSchema,
      status: 201,
      audit: 'token.create',
      async handle({ params: { org }, body, principal, mutate }) {
        const { name } = body;
        await requireOrg(store, org);
        const owners = await store.orgs.owners(org);
        const user = body.user ?? (owners.includes(ownName(principal)) ? ownName(principal) : (owners[0] ?? ''));
        requireRight(principal, org, user, owners);
        const token = createSecret(orgTokenPrefix);
        const expiresAt = body.expires === undefined ? undefined : (await store.now()) + body.expires;
        await mutate(
          { target: `token:${name}`, detail: { org, user, ...timeField('expiresAt', expiresAt) } },
          async (tables) => {
            // He may have gone meanwhile.
            if (!(await tables.orgs.isOwner(org, user))) throw noOwner(org, user);
            const row = { name, hash: sha256(token), kind: orgTokenKind, role: '', hosts: undefined, expiresAt };
            const scope = writeOrgScope({ org, user });
            if (!(await tables.tokens.create({ ...row, scope, createdBy: actorOf(principal) })))
              throw new ApiProblem(
                409,
                'TOKEN_EXISTS',
                `there is a token ${name} already: remove it, or choose another name`,
              );
          },
        );
        return { name, org, user, token, ...timeField('expiresAt', expiresAt) };
      },
    }),
  ];
}

function ownName({ kind, name }: Principal): string {
  return kind === 'user' ? name : '';
}

/** An owner makes tokens for himself; for any owner, whoever may make tokens and read images. */
function requireRight(principal: Principal, org: string, user: string, owners: readonly string[]): void {
  const isOwn = user !== '' && user === ownName(principal);
  const mayForOthers = principal.permissions.has('tokens.write') && principal.permissions.has('images.read');
  if (!mayForOthers && !(isOwn && owners.includes(user)))
    throw new ApiProblem(
      403,
      'ORG_OWNER_ONLY',
      `only an owner of ${org}, in a session of his own, or who has tokens.write and images.read makes its tokens`,
    );
  if (!owners.includes(user)) throw noOwner(org, user);
}

function noOwner(org: string, user: string): ApiProblem {
  return new ApiProblem(
    409,
    'ORG_NO_OWNER',
    user === '' ? `${org} has no owner any more` : `${user} is no owner of ${org}: name one who is`,
  );
}
