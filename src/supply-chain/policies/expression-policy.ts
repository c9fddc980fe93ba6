import { z } from 'zod';
import { TallymanError } from '../../base/errors.ts';
import { noBase } from './approved-base-images.ts';
import type { ExpressionFault } from './expression-bounds.ts';
import { createExpressionReasons } from './expression-reasons.ts';
import { compileExpression, type Expression } from './expression.ts';
import { nextHour, toVariables, type Variables } from './expression-variables.ts';
import { issuesText } from './issues-text.ts';
import type { ActivePolicy, PolicyResult } from './policy.ts';
import { printable } from './printable.ts';
import { compliant, noData, noFindings } from './results.ts';

export const expressionPolicySchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'use small letters, digits and dashes, at most 63'),
  displayName: z
    .string()
    .trim()
    .min(1)
    .max(120)
    .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u, 'has characters that cannot be seen'),
  /** In CEL; true: the image is compliant. */
  expression: z.string().min(1).max(4096),
  /** What to do about an image that violates it. */
  fix: z.string().trim().min(1).max(300).optional(),
});

/**
 * Compiles a policy that a user has written; throws POLICY_DEFINITION_INVALID or POLICY_EXPRESSION_INVALID, with the
 * place. An image violates it where the expression is false; where it needs what is not known there is no data.
 */
export function defineExpressionPolicy(value: unknown): ActivePolicy {
  const parsed = expressionPolicySchema.safeParse(value);
  if (!parsed.success) throw new TallymanError('POLICY_DEFINITION_INVALID', `the policy: ${issuesText(parsed.error)}`);
  const { id, displayName, expression: source, fix } = parsed.data;
  const expression = compileExpression(source, 'bool');
  if ('at' in expression) throw invalid(id, source, expression);
  const reasonsFor = createExpressionReasons(expression.ast, fix);

  return {
    id,
    displayName,
    evaluate(facts, context) {
      const variables = toVariables(facts, context, expression.uses);
      const result = expression.evaluate(variables);
      if (!result.ok) return unknown(expression, variables, result.reason);
      if (result.value === true) return compliant;
      return { result: 'violated', reasons: reasonsFor(facts, variables) };
    },
    nextChangeAt: (_facts, { now }) => (expression.uses.has('now') ? nextHour(now) : undefined),
  };
}

function invalid(id: string, source: string, { at, text }: ExpressionFault): TallymanError {
  const before = source.slice(0, at);
  const line = before.split('\n').length;
  const column = at - (before.lastIndexOf('\n') + 1) + 1;
  return new TallymanError(
    'POLICY_EXPRESSION_INVALID',
    `policy ${id}: line ${line}, column ${column} of the expression: ${printable(text, 400)}`,
  );
}

/** What the expression speaks of and is not known; where that is not the reason, what went wrong. */
function unknown(expression: Expression, variables: Variables, reason: string): PolicyResult {
  const missing = [...expression.uses].filter((path) => {
    const [name = '', field] = path.split('.');
    const value = variables[name as keyof Variables] as Record<string, unknown> | undefined;
    return field === undefined ? value === undefined : value !== undefined && value[field] === undefined;
  });
  if (missing.length === 0)
    return noData(`the expression cannot be evaluated: ${reason}${sources[keyIn(reason)] ?? ''}`);
  return noData(...missing.map((path) => sources[path] ?? `${path} is not known; has() asks whether it is`));
}

function keyIn(reason: string): string {
  return reason.replace('No such key: ', '.');
}

const sources: Readonly<Record<string, string>> = {
  findings: noFindings,
  counts: noFindings,
  packages: 'packages: push an SBOM of this image (CycloneDX or SPDX), or a report that lists packages',
  'image.user': "image.user: push a report that has it (Trivy's JSON), or let an agent see the image",
  'image.base': noBase,
  'attestations.sbom': 'attestations.sbom: whether the image has an SBOM is not known',
  'attestations.provenance': 'attestations.provenance: whether the image has provenance is not known',
  '.knownExploited': "; give the server CISA's catalogue",
  '.publishedAt': '; the report does not say it of every finding: ask with has()',
};
