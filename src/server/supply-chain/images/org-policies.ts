import { errorText } from '../../../base/errors.ts';
import type { Log } from '../../../base/log.ts';
import { policies as builtIn } from '../../../supply-chain/policies/index.ts';
import { createPolicySet, type PolicySet, type PolicySettings } from '../../../supply-chain/policies/policy-set.ts';
import type { PolicySettingRow } from '../../../store/supply-chain.ts';
import type { Tables } from '../../../store/store.ts';

/** The enabled policies of an organisation. */
export interface OrgPolicies {
  /** The same as long as nobody has changed anything. */
  key: string;
  set: PolicySet;
}

export type ReadPolicies = (tables: Pick<Tables, 'policySettings'>, org: string) => Promise<OrgPolicies>;

const remembered = 100;

/** Reads the settings each time, and compiles them when they have changed. */
export function createPolicyReader(log: Log): ReadPolicies {
  const known = new Map<string, OrgPolicies>();
  return async (tables, org) => {
    const rows = await tables.policySettings.all(org);
    const key = JSON.stringify(rows);
    const before = known.get(org);
    if (before?.key === key) return before;
    const policies = { key, set: compile(rows, org, log) };
    known.delete(org);
    known.set(org, policies);
    for (const oldest of known.keys()) {
      if (known.size <= remembered) break;
      known.delete(oldest);
    }
    return policies;
  };
}

export function isBuiltIn(id: string): boolean {
  return builtIn.some((policy) => policy.id === id);
}

/** As policies/policy-set.ts wants them. */
export function toPolicySettings(rows: readonly Omit<PolicySettingRow, 'changedAt'>[]): PolicySettings {
  return {
    policies: Object.fromEntries(
      rows
        .filter(({ id }) => isBuiltIn(id))
        .map(({ id, isEnabled, config }) => [id, { enabled: isEnabled, config: parseConfig(config) }]),
    ),
    expressions: rows
      .filter(({ id }) => !isBuiltIn(id))
      .map(({ id, isEnabled, config }) => ({ enabled: isEnabled, policy: { id, ...parseConfig(config) } })),
  };
}

export function parseConfig(text: string): Record<string, unknown> {
  return JSON.parse(text) as Record<string, unknown>;
}

/** A setting that an older or newer version wrote and this one does not take leaves its policy as it comes. */
function compile(rows: readonly PolicySettingRow[], org: string, log: Log): PolicySet {
  const taken: PolicySettingRow[] = [];
  for (const row of rows) {
    try {
      createPolicySet(toPolicySettings([...taken, row]));
      taken.push(row);
    } catch (error) {
      log.warn({ org, policy: row.id }, `a policy's setting is not used: ${errorText(error)}`);
    }
  }
  return createPolicySet(toPolicySettings(taken));
}
