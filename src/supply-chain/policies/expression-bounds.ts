import type { ASTNode } from '@marcbachmann/cel-js';
import { comprehensions, starsIn, typeOf } from './expression-cost.ts';
import { isVariableName } from './expression-variables.ts';

/** A fault at a place of the expression; the place counts characters from 0. */
export interface ExpressionFault {
  at: number;
  text: string;
}

const functions: ReadonlySet<string> = new Set(['has', 'size', 'int', 'double', 'timestamp', 'duration']);
const methods: ReadonlySet<string> = new Set([
  ...comprehensions,
  'size',
  'startsWith',
  'endsWith',
  'contains',
  'lowerAscii',
  'upperAscii',
  'trim',
  'glob',
  'getHours',
  'getMinutes',
  'getSeconds',
  'getFullYear',
]);

const starsAtMost = 8;
const patternAtMost = 256;
const durationAtMost = 32;
const safeInteger = 2n ** 53n;

/**
 * What is a correct expression and yet not taken: whatever could grow without bound (joining texts and lists, binding
 * them to names), take time that nobody can tell beforehand (regular expressions of JavaScript, long texts for
 * duration()), or reach beyond the facts. Wants an expression that has passed the library's own check.
 */
export function findUnbounded(root: ASTNode): ExpressionFault | undefined {
  const visit = (node: ASTNode, names: ReadonlySet<string>): ExpressionFault | undefined => {
    const fault = faultOf(node, names);
    if (fault !== undefined) return { at: node.start, text: fault };
    if (node.op === 'call' && node.args[0] === 'has') return undefined;
    const inner = loopVariable(node);
    const [first, ...rest] = childrenOf(node);
    const bound = inner === undefined ? names : new Set([...names, inner]);
    if (first === undefined) return undefined;
    return visit(first, names) ?? firstOf(rest, (child) => visit(child, bound));
  };
  return visit(root, new Set());
}

/** The parts of a node; of a loop first the list, and without the loop's variable. */
export function childrenOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return [];
    case '.':
    case '.?':
      return [node.args[0]];
    case '!_':
    case '-_':
      return [node.args];
    case 'call':
      return node.args[1];
    case 'rcall':
      return [node.args[1], ...(loopVariable(node) === undefined ? node.args[2] : node.args[2].slice(1))];
    case 'map':
      return node.args.flat();
    default:
      return node.args;
  }
}

/** The name that a loop gives to the items of its list; undefined for whatever is no loop. */
export function loopVariable(node: ASTNode): string | undefined {
  if (node.op !== 'rcall' || !comprehensions.has(node.args[0])) return undefined;
  const [variable] = node.args[2];
  return variable?.op === 'id' && node.args[2].length >= 2 ? variable.args : undefined;
}

function faultOf(node: ASTNode, names: ReadonlySet<string>): string | undefined {
  switch (node.op) {
    case 'value':
      return valueFault(node.args);
    case 'id':
      return isVariableName(node.args) || names.has(node.args) ? undefined : `there is no variable ${node.args}`;
    case 'map':
      return 'maps cannot be written here';
    case '.?':
    case '[?]':
      return 'use has() to ask whether something is known';
    case '[]':
      return /^(list|map)</.test(typeOf(node.args[0])) ? undefined : "write a dot and the field's name";
    case '+':
      return node.args.every((side) => summable.has(typeOf(side)))
        ? undefined
        : 'only numbers, durations and times can be added';
    case 'call':
      return callFault(node.args);
    case 'rcall':
      return methodFault(node.args);
    default:
      return undefined;
  }
}

const summable: ReadonlySet<string> = new Set([
  'int',
  'double',
  'google.protobuf.Duration',
  'google.protobuf.Timestamp',
]);

function valueFault(value: unknown): string | undefined {
  if (value instanceof Uint8Array) return 'bytes are of no use here';
  return typeof value === 'bigint' && (value > safeInteger || value < -safeInteger)
    ? 'the number is too large'
    : undefined;
}

function callFault([name, args]: Extract<ASTNode, { op: 'call' }>['args']): string | undefined {
  if (!functions.has(name)) return `there is no function ${name}(); there are ${[...functions].join(', ')}`;
  return name === 'duration' && !isShortText(args[0], durationAtMost)
    ? `duration() takes a text in quotes of at most ${durationAtMost} characters, such as "720h"`
    : undefined;
}

function methodFault([name, , args]: Extract<ASTNode, { op: 'rcall' }>['args']): string | undefined {
  if (name === 'matches') return 'regular expressions are not taken; use glob("*pattern*"), startsWith() or contains()';
  if (!methods.has(name)) return `there is no method ${name}(); there are ${[...methods].join(', ')}`;
  if (name !== 'glob') return undefined;
  return isShortText(args[0], patternAtMost) && starsIn(args[0]) <= starsAtMost
    ? undefined
    : `glob() takes a pattern in quotes of at most ${patternAtMost} characters and ${starsAtMost} stars`;
}

function isShortText(node: ASTNode | undefined, length: number): boolean {
  return node?.op === 'value' && typeof node.args === 'string' && node.args.length <= length;
}

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
