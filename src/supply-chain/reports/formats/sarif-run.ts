import { z } from 'zod';
import type { Entry } from '../../counting/pairs.ts';
import type { ReportedImage } from '../../report.ts';
import { beginning, listOf, needed, number, optionalListOf, text, time, title, url } from '../fields.ts';

/** Severities, packages and fixes stand in the first lines of a text. */
const texts = 4000;

const rule = z.object({
  id: needed,
  name: text,
  shortDescription: z.object({ text: title }).nullish(),
  helpUri: url,
  help: z.object({ text: beginning(texts) }).nullish(),
  properties: z
    .object({
      cvssV3_severity: text,
      cvssV3: z.union([z.number(), z.string()]).nullish(),
      cvssv3_baseScore: number,
      cvssv2_score: number,
      fixed_version: text,
      purls: listOf(needed),
      purl: text,
    })
    .nullish(),
});

const result = z.object({
  ruleId: text,
  ruleIndex: number,
  rule: z.object({ id: text, index: number }).nullish(),
  kind: text,
  baselineState: text,
  message: z.object({ text: beginning(texts) }),
  suppressions: listOf(z.unknown()),
});

export const run = z.object({
  tool: z.object({
    driver: z.object({
      name: text,
      fullName: text,
      version: text,
      semanticVersion: text,
      rules: listOf(rule),
    }),
  }),
  results: z.array(result).nullish(),
  invocations: listOf(z.object({ executionSuccessful: z.boolean().nullish(), endTimeUtc: time })),
  properties: z
    .object({ imageName: text, imageID: text, repoTags: optionalListOf(text), repoDigests: optionalListOf(text) })
    .nullish(),
});

export type SarifRun = z.output<typeof run>;
export type SarifRule = z.output<typeof rule>;
export type SarifResult = z.output<typeof result>;

/** How one scanner writes SARIF. */
export interface SarifReader {
  scanner: string;
  isBy(name: string, fullName: string): boolean;
  imageOf(run: SarifRun): ReportedImage;
  /** Of a result that counts; nothing where it is of no vulnerability. */
  entriesOf(result: SarifResult, rule: SarifRule | undefined, run: SarifRun): Iterable<Entry>;
}

/** By its id; the index is for results that have none, since some scanners write it wrong. */
export function ruleOf(
  { ruleId, ruleIndex, rule }: SarifResult,
  rules: ReadonlyMap<string, SarifRule>,
  { tool }: SarifRun,
): SarifRule | undefined {
  const id = ruleId ?? rule?.id;
  return id === undefined ? tool.driver.rules[ruleIndex ?? rule?.index ?? -1] : rules.get(id);
}

/** Not one that says that all is well, or that is gone since the last scan. */
export function isReported(result: SarifResult): boolean {
  return (
    !isSuppressed(result) &&
    result.kind !== 'pass' &&
    result.kind !== 'notApplicable' &&
    result.baselineState !== 'absent'
  );
}

/** Whoever suppressed a result, and however far that is agreed on: it is not counted. */
export function isSuppressed({ suppressions }: SarifResult): boolean {
  return suppressions.length > 0;
}

/** The value of a line `Name: value` or `Name   : value`. */
export function lineOf(text: string | undefined, name: string): string | undefined {
  const line = new RegExp(`^ *${name} *: *(.*?) *$`, 'm').exec(text ?? '')?.[1];
  return line === '' ? undefined : line;
}
