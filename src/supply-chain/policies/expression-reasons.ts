import { serialize, type ASTNode } from '@marcbachmann/cel-js';
import type { ImageFacts } from '../image-facts.ts';
import type { Package } from '../report.ts';
import type { Variables } from './expression-variables.ts';
import { compileExpression } from './expression.ts';
import type { PolicyReason } from './policy.ts';
import { printable } from './printable.ts';
import { boundedReasons, findingReason, packageText } from './results.ts';

/** Says why an image violates an expression that is false for it; `fix` is what its author says to do about it. */
export function createExpressionReasons(
  root: ASTNode,
  fix: string | undefined,
): (facts: ImageFacts, variables: Variables) => readonly PolicyReason[] {
  const parts = partsOf(root).map((ast) => toPart(ast, fix));
  return (facts, variables) => {
    const reasons = parts.flatMap((part) => part(facts, variables));
    return boundedReasons(reasons.length === 0 ? [plainReason(root, fix)] : reasons);
  };
}

/** Gives the reasons why one part of an expression is false; none where it is not. */
type Part = (facts: ImageFacts, variables: Variables) => readonly PolicyReason[];

const partsAtMost = 20;

/** What has to be true at once: each has reasons of its own. Of very many the whole is one part. */
function partsOf(root: ASTNode): ASTNode[] {
  const conjuncts = (node: ASTNode): ASTNode[] => (node.op === '&&' ? node.args.flatMap(conjuncts) : [node]);
  const parts = conjuncts(root);
  return parts.length > partsAtMost ? [root] : parts;
}

/**
 * `findings.all(f, ...)` and `!findings.exists(f, ...)` name the findings that break them, and likewise for packages;
 * any other part is named as it is written.
 */
function toPart(ast: ASTNode, fix: string | undefined): Part {
  const whole = compileExpression(serialize(ast), 'bool');
  const culprits = culpritsOf(ast);
  const plain = plainReason(ast, fix);
  return (facts, variables) => {
    if ('at' in whole) return [plain];
    const result = whole.evaluate(variables);
    if (!result.ok || result.value !== false) return [];
    const found = culprits?.(facts, variables) ?? [];
    return found.length === 0 ? [plain] : found.map((reason) => withFix(reason, fix));
  };
}

function plainReason(ast: ASTNode, fix: string | undefined): PolicyReason {
  const text = `not so: ${printable(serialize(ast), 300)}`;
  return fix === undefined ? { text } : { text: `${text}: ${printable(fix, 300)}`, fix: printable(fix, 300) };
}

function withFix(reason: PolicyReason, fix: string | undefined): PolicyReason {
  return fix === undefined ? reason : { ...reason, text: `${reason.text}: ${printable(fix, 300)}` };
}

/** The records that break a part, by an expression made of the part's own condition. */
function culpritsOf(ast: ASTNode): Part | undefined {
  const negated = ast.op === '!_';
  const loop = negated ? ast.args : ast;
  if (loop.op !== 'rcall' || loop.args[0] !== (negated ? 'exists' : 'all')) return undefined;
  const [, list, [variable, condition]] = loop.args;
  if (list.op !== 'id' || variable?.op !== 'id' || condition === undefined) return undefined;
  if (list.args !== 'findings' && list.args !== 'packages') return undefined;
  const text = serialize(condition);
  const source = `${list.args}.map(${variable.args}, ${negated ? text : `!(${text})`})`;
  const breaks = compileExpression(source, 'list<bool>');
  if ('at' in breaks) return undefined;
  const toReason = (facts: ImageFacts, index: number): PolicyReason | undefined => {
    if (list.args === 'findings') return facts.findings?.[index] && findingReason(facts.findings[index]);
    return facts.packages?.[index] && packageReason(facts.packages[index]);
  };
  return (facts, variables) => {
    const result = breaks.evaluate(variables);
    if (!result.ok || !Array.isArray(result.value)) return [];
    return result.value.flatMap((isBroken, index) => {
      const reason = isBroken === true ? toReason(facts, index) : undefined;
      return reason === undefined ? [] : [reason];
    });
  };
}

const licensesShown = 5;

function packageReason({ name, version, licenses }: Package): PolicyReason {
  const shown = licenses.slice(0, licensesShown).map((one) => printable(one, 80));
  const under = shown.length === 0 ? '' : ` (${shown.join(', ')})`;
  return { text: `${packageText({ name, version })}${under}`, package: printable(name), version: printable(version) };
}
