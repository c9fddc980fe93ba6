import type { z } from 'zod';
import { TallymanError } from '../../base/errors.ts';
import type { ImageFacts } from '../image-facts.ts';
import { issuesText } from './issues-text.ts';
import type { KnownExploited } from './known-exploited.ts';

export type PolicyResult =
  | { result: 'compliant' }
  | { result: 'violated'; reasons: readonly PolicyReason[] }
  | { result: 'no-data'; missing: readonly string[] };

export const policyOutcomes = ['compliant', 'violated', 'no-data'] as const;
export type PolicyOutcome = (typeof policyOutcomes)[number];

/** Why an image violates a policy. Texts come from reports, so they are made printable and short. */
export interface PolicyReason {
  /** A whole sentence for people, with all of what follows. */
  text: string;
  vulnerability?: string;
  package?: string;
  version?: string;
  /** What to do: the versions that have it no more, or a sentence. */
  fix?: string;
}

/** What a policy may know besides the image. */
export interface PolicyContext {
  /** Unix milliseconds. */
  now: number;
  /** What is known of a base image's tag; the name is as the image's maker wrote it. */
  knownBase(name: string): KnownBase | undefined;
  /** CISA's catalogue, where one is loaded. */
  knownExploited?: KnownExploited | undefined;
}

/** What this server has seen of one tag: several digests are the same image for several platforms, and their index. */
export interface KnownBase {
  /** What the tag points to now. */
  current: readonly string[];
  /** When that was seen for the first time. */
  currentSince: number;
  /** What it pointed to before. */
  earlier: readonly string[];
}

/** A policy with its configuration: good to evaluate any image. Pure and total: it throws on no facts. */
export interface ActivePolicy {
  id: string;
  displayName: string;
  evaluate(facts: ImageFacts, context: PolicyContext): PolicyResult;
  /** When the result may change though nothing but the clock does; undefined: never. Later than `context.now`. */
  nextChangeAt(facts: ImageFacts, context: PolicyContext): number | undefined;
}

export interface Policy {
  id: string;
  displayName: string;
  /** One sentence: what an image has to be. */
  doc: string;
  /** Every setting with its default. */
  defaults: unknown;
  /** Checks a configuration, fills in defaults. Throws POLICY_CONFIG_INVALID that names every fault. */
  parseConfig(value: unknown): unknown;
  withConfig(value: unknown): ActivePolicy;
}

export interface PolicyDefinition<Config> {
  id: string;
  displayName: string;
  doc: string;
  /** An object; `{}` gives the defaults. */
  config: z.ZodType<Config>;
  evaluate(facts: ImageFacts, config: Config, context: PolicyContext): PolicyResult;
  nextChangeAt?(facts: ImageFacts, config: Config, context: PolicyContext): number | undefined;
}

export function definePolicy<Config>(definition: PolicyDefinition<Config>): Policy {
  const { id, displayName, doc, config: schema } = definition;
  const parse = (value: unknown): Config => {
    const parsed = schema.safeParse(value ?? {});
    if (parsed.success) return parsed.data;
    throw new TallymanError('POLICY_CONFIG_INVALID', `policy ${id}: ${issuesText(parsed.error)}`);
  };
  return {
    id,
    displayName,
    doc,
    defaults: schema.parse({}),
    parseConfig: parse,
    withConfig(value) {
      const config = parse(value);
      return {
        id,
        displayName,
        evaluate: (facts, context) => definition.evaluate(facts, config, context),
        nextChangeAt: (facts, context) => definition.nextChangeAt?.(facts, config, context),
      };
    },
  };
}
