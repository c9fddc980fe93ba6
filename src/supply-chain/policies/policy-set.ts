import { TallymanError } from '../../base/errors.ts';
import type { ImageFacts } from '../image-facts.ts';
import { defineExpressionPolicy } from './expression-policy.ts';
import { findPolicy, policies } from './index.ts';
import type { ActivePolicy, PolicyContext, PolicyResult } from './policy.ts';

/** What an organisation has set; what is not here is as it comes: enabled, with the defaults. */
export interface PolicySettings {
  /** Of the built-in policies, by id. */
  policies: Readonly<Record<string, { enabled?: boolean | undefined; config?: unknown }>>;
  /** Those that its users have written, each with `enabled`. */
  expressions: readonly { enabled: boolean; policy: unknown }[];
}

export interface PolicyEvaluation {
  id: string;
  displayName: string;
  result: PolicyResult;
}

/** The enabled policies of one organisation, ready to evaluate its images. */
export interface PolicySet {
  policies: readonly ActivePolicy[];
  evaluate(facts: ImageFacts, context: PolicyContext): readonly PolicyEvaluation[];
  /** The soonest time at which a result may change by the clock alone; undefined: none does. */
  nextChangeAt(facts: ImageFacts, context: PolicyContext): number | undefined;
}

/** More would only cost time: each is evaluated for every image. */
export const expressionsAtMost = 100;

/**
 * Throws POLICY_UNKNOWN, POLICY_CONFIG_INVALID, POLICY_DEFINITION_INVALID, POLICY_EXPRESSION_INVALID; and
 * POLICY_NAME_TAKEN where an id or a display name is not the only one: dashboards take either for the policy. Disabled
 * policies are checked too.
 */
export function createPolicySet(settings: PolicySettings): PolicySet {
  for (const id of Object.keys(settings.policies)) findPolicy(id);
  if (settings.expressions.length > expressionsAtMost) {
    throw new TallymanError(
      'POLICY_DEFINITION_INVALID',
      `there are more than ${expressionsAtMost} written policies: remove some`,
    );
  }
  const builtIn = policies.map((policy) => {
    const { enabled = true, config } = Object.hasOwn(settings.policies, policy.id)
      ? (settings.policies[policy.id] ?? {})
      : {};
    return { enabled, policy: policy.withConfig(config) };
  });
  const written = settings.expressions.map(({ enabled, policy }) => ({
    enabled,
    policy: defineExpressionPolicy(policy),
  }));
  const all = [...builtIn, ...written];
  refuseDoubles(all.map(({ policy }) => policy));
  const active = all.filter(({ enabled }) => enabled).map(({ policy }) => policy);

  return {
    policies: active,
    evaluate: (facts, context) =>
      active.map((policy) => ({
        id: policy.id,
        displayName: policy.displayName,
        result: policy.evaluate(facts, context),
      })),
    nextChangeAt(facts, context) {
      const times = active.flatMap((policy) => policy.nextChangeAt(facts, context) ?? []);
      return times.length === 0 ? undefined : Math.min(...times);
    },
  };
}

function refuseDoubles(all: readonly ActivePolicy[]): void {
  const ids = new Set<string>();
  const names = new Set<string>();
  for (const { id, displayName } of all) {
    const name = displayName.toLowerCase();
    const taken = ids.has(id) ? `the id ${id}` : names.has(name) ? `the name ${displayName}` : undefined;
    if (taken !== undefined)
      throw new TallymanError('POLICY_NAME_TAKEN', `there is another policy with ${taken}: choose another`);
    ids.add(id);
    names.add(name);
  }
}
