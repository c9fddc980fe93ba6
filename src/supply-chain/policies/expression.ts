import { EvaluationError, ParseError, TypeError as CelTypeError, type ASTNode } from '@marcbachmann/cel-js';
import { childrenOf, findUnbounded, loopVariable, type ExpressionFault } from './expression-bounds.ts';
import { costOf, stepsAtMost, type Lengths } from './expression-cost.ts';
import {
  expressionEnvironment,
  innerListAtMost,
  isVariableName,
  type Variables,
  type VariableName,
} from './expression-variables.ts';

/** A checked expression: evaluates in bounded time, to a value of its type. */
export interface Expression {
  ast: ASTNode;
  /** The variables it speaks of, and their fields: `findings`, `image.user`. */
  uses: ReadonlySet<string>;
  evaluate(variables: Variables): Evaluation;
}

export type Evaluation = { ok: true; value: unknown } | { ok: false; code: 'costly' | 'failed'; reason: string };

const lengthAtMost = 4096;

/** Sizes that an expression has to be fit for: an image of the usual size. */
const usualLengths: ReadonlyMap<string, Lengths> = new Map([
  ['findings', [500, 10]],
  ['packages', [1000, 5]],
  ['image', [50]],
]);

/** Compiles an expression of the given type of CEL; a fault says what is wrong, and where. */
export function compileExpression(source: string, type: string): Expression | ExpressionFault {
  if (source.trim() === '') return { at: 0, text: 'it is empty' };
  if (source.length > lengthAtMost) return { at: lengthAtMost, text: `it is longer than ${lengthAtMost} characters` };
  try {
    const parsed = expressionEnvironment.clone().parse(source);
    const checked = parsed.check();
    // First what is refused here: it has the better words for it.
    const unbounded = findUnbounded(parsed.ast);
    if (checked.error !== undefined) return matchesRefused(unbounded) ?? toFault(checked.error);
    if (unbounded !== undefined) return unbounded;
    if (checked.type !== type) return { at: 0, text: `it gives ${checked.type ?? 'nothing'} and has to give ${type}` };
    if (costOf(parsed.ast, usualLengths).steps > stepsAtMost) {
      return { at: 0, text: 'it takes too long: it goes through lists within lists' };
    }
    return {
      ast: parsed.ast,
      uses: usesOf(parsed.ast),
      evaluate: (variables) => evaluate(parsed, parsed.ast, variables),
    };
  } catch (error) {
    return toFault(error);
  }
}

/** Of an expression that did not pass the library's check, types are not known; names are. */
function matchesRefused(fault: ExpressionFault | undefined): ExpressionFault | undefined {
  return fault !== undefined && /^there is no |^regular/.test(fault.text) ? fault : undefined;
}

function evaluate(run: (variables: Variables) => unknown, ast: ASTNode, variables: Variables): Evaluation {
  if (costOf(ast, lengthsOf(variables)).steps > stepsAtMost) {
    return { ok: false, code: 'costly', reason: 'the image has too many findings or packages for this expression' };
  }
  try {
    return { ok: true, value: run(variables) };
  } catch (error) {
    return { ok: false, code: 'failed', reason: toFault(error).text };
  }
}

function lengthsOf({ findings, packages, image }: Variables): ReadonlyMap<string, Lengths> {
  const {
    repositories = [],
    tags = [],
    labels,
  } = image as {
    repositories?: readonly string[];
    tags?: readonly string[];
    labels?: ReadonlyMap<string, string>;
  };
  return new Map([
    ['findings', [sizeOf(findings), innerListAtMost]],
    ['packages', [sizeOf(packages), innerListAtMost]],
    ['image', [Math.max(repositories.length, tags.length, labels?.size ?? 0)]],
  ]);
}

function sizeOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 0;
}

function toFault(error: unknown): ExpressionFault {
  if (error instanceof ParseError || error instanceof CelTypeError || error instanceof EvaluationError) {
    const [, limit = ''] = /^Exceeded (\w+)/.exec(error.summary) ?? [];
    return { at: error.range?.start ?? 0, text: limitTexts.get(limit) ?? error.summary };
  }
  return { at: 0, text: 'it cannot be read' };
}

/** The library's names for its bounds, in words. */
const limitTexts: ReadonlyMap<string, string> = new Map([
  ['maxAstNodes', 'it has too many parts'],
  ['maxDepth', 'it is nested too deeply'],
  ['maxListElements', 'the list has too many items'],
  ['maxMapEntries', 'maps cannot be written here'],
  ['maxCallArguments', 'there are too many arguments'],
]);

/** The variables and fields that stand in the expression, those of loops left out. */
function usesOf(root: ASTNode): ReadonlySet<string> {
  const uses = new Set<string>();
  const visit = (node: ASTNode, loops: ReadonlySet<string>): void => {
    const isOwn = (name: string): name is VariableName => isVariableName(name) && !loops.has(name);
    if (node.op === 'id' && isOwn(node.args)) uses.add(node.args);
    if (node.op === '.') {
      const [of, field] = node.args;
      if (of.op === 'id' && isOwn(of.args)) uses.add(`${of.args}.${field}`);
    }
    const variable = loopVariable(node);
    const [first, ...rest] = childrenOf(node);
    if (first !== undefined) visit(first, loops);
    for (const child of rest) visit(child, variable === undefined ? loops : new Set([...loops, variable]));
  };
  visit(root, new Set());
  return uses;
}
