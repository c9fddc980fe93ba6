import { z } from 'zod';
import { pageQuery } from '../../../protocol/api/page.ts';
import { changedPolicySchema, policiesSchema, policySchema } from '../../../protocol/api/supply-chain.ts';
import { nameSchema } from '../../../protocol/names.ts';
import { policies as builtIn } from '../../../supply-chain/policies/index.ts';
import { createPolicySet } from '../../../supply-chain/policies/policy-set.ts';
import type { PolicySettingRow } from '../../../store/supply-chain.ts';
import type { Store } from '../../../store/store.ts';
import { defineApiRoute, type ApiRoute } from '../../api/api-route.ts';
import { pageOfRows } from '../../api/page.ts';
import { ApiProblem } from '../../api/problem.ts';
import { isBuiltIn, parseConfig, toPolicySettings } from '../images/org-policies.ts';
import { askRevaluation } from '../images/revaluations.ts';
import type { Revaluator } from '../images/revaluator.ts';
import { requireOrg } from '../orgs.ts';
import { told } from '../told.ts';
import type { PolicyReply } from './replies.ts';

type Change = z.infer<typeof changedPolicySchema>;
type Setting = Omit<PolicySettingRow, 'changedAt'>;

const common = { tag: 'supply chain', isFleetWide: true } as const;
const params = z.object({ org: nameSchema, id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "is no policy's id") });

export function createPolicyRoutes({ store, revaluator }: { store: Store; revaluator: Revaluator }): ApiRoute[] {
  const find = async (org: string, id: string): Promise<PolicyReply> => {
    const policy = toPolicies(await store.policySettings.all(org)).find((one) => one.id === id);
    if (policy === undefined) throw unknown(org, id);
    return policy;
  };

  return [
    defineApiRoute({
      ...common,
      method: 'GET',
      path: '/api/v1/orgs/:org/policies',
      permission: 'images.read',
      summary: 'The policies, built in and written by users, with their configuration',
      params: z.object({ org: nameSchema }),
      query: z.strictObject(pageQuery),
      reply: policiesSchema,
      async handle({ params: { org }, query }) {
        await requireOrg(store, org);
        const policies = toPolicies(await store.policySettings.all(org));
        return pageOfRows(policies, query, { parts: 1, of: ({ id }) => [id] as const });
      },
    }),
    defineApiRoute({
      ...common,
      method: 'GET',
      path: '/api/v1/orgs/:org/policies/:id',
      permission: 'images.read',
      summary: 'One policy',
      params,
      reply: policySchema,
      async handle({ params: { org, id } }) {
        await requireOrg(store, org);
        return find(org, id);
      },
    }),
    defineApiRoute({
      ...common,
      method: 'PUT',
      path: '/api/v1/orgs/:org/policies/:id',
      permission: 'images.write',
      summary: 'Enable, disable or configure a policy, or write one of your own; all images are evaluated anew',
      params,
      body: changedPolicySchema,
      reply: policySchema,
      audit: 'policy.set',
      async handle({ params: { org, id }, body, mutate }) {
        await told(() =>
          mutate({ target: `policy:${id}`, detail: { org, ...body } }, async (tables) => {
            await requireOrg(tables, org);
            const rows = await tables.policySettings.all(org);
            const setting = changedSetting(rows, { org, id }, body);
            createPolicySet(toPolicySettings([...rows.filter((row) => row.id !== id), setting]));
            await tables.policySettings.put(setting);
            await askRevaluation(tables, org);
          }),
        );
        await revaluator.begin(org);
        return find(org, id);
      },
    }),
    defineApiRoute({
      ...common,
      method: 'DELETE',
      path: '/api/v1/orgs/:org/policies/:id',
      permission: 'images.write',
      summary: 'Remove a policy of your own',
      params,
      status: 204,
      audit: 'policy.remove',
      async handle({ params: { org, id }, mutate }) {
        await requireOrg(store, org);
        if (isBuiltIn(id))
          throw new ApiProblem(409, 'POLICY_BUILT_IN', `every organisation has the policy ${id}: disable it instead`);
        await mutate({ target: `policy:${id}`, detail: { org } }, async (tables) => {
          if (!(await tables.policySettings.remove(org, id))) throw unknown(org, id);
          await askRevaluation(tables, org);
        });
        await revaluator.begin(org);
      },
    }),
  ];
}

function unknown(org: string, id: string): ApiProblem {
  return new ApiProblem(404, 'POLICY_UNKNOWN', `${org} has no policy ${id}: see GET /api/v1/orgs/${org}/policies`);
}

/** What is to be stored; whether its parts are right, createPolicySet says. */
function changedSetting(
  rows: readonly PolicySettingRow[],
  { org, id }: { org: string; id: string },
  { enabled, config, displayName, expression }: Change,
): Setting {
  const before = rows.find((row) => row.id === id);
  const isEnabled = enabled ?? before?.isEnabled ?? true;
  const stored = before === undefined ? {} : parseConfig(before.config);
  if (isBuiltIn(id)) {
    if (displayName !== undefined || expression !== undefined)
      throw new ApiProblem(400, 'POLICY_DEFINITION_INVALID', `${id} is built in: its name and rule stay as they are`);
    return { org, id, isEnabled, config: JSON.stringify(config ?? stored) };
  }
  if (before === undefined && expression === undefined) throw unknown(org, id);
  const { displayName: name = id, expression: rule, ...rest } = stored;
  const own = { ...(config ?? rest), displayName: displayName ?? name, expression: expression ?? rule };
  return { org, id, isEnabled, config: JSON.stringify(own) };
}

function toPolicies(rows: readonly PolicySettingRow[]): readonly PolicyReply[] {
  const known = builtIn.map(({ id, displayName, doc, defaults }): PolicyReply => {
    const row = rows.find((one) => one.id === id);
    const given = row === undefined ? {} : parseConfig(row.config);
    return {
      ...{ id, displayName, doc, enabled: row?.isEnabled ?? true },
      config: { ...(defaults as object), ...given },
      defaults: defaults as Record<string, unknown>,
    };
  });
  const own = rows
    .filter(({ id }) => !isBuiltIn(id))
    .map(({ id, isEnabled, config }): PolicyReply => {
      const { displayName, expression, ...rest } = parseConfig(config);
      return {
        ...{ id, enabled: isEnabled, config: rest, defaults: {} },
        displayName: String(displayName),
        expression: String(expression),
        doc: `What is true of an image that complies: ${String(expression)}`,
      };
    });
  return [...known, ...own];
}
