import type { ASTNode } from '@marcbachmann/cel-js';

/**
 * How many steps an expression may take, a step being a field, a comparison or a turn of a loop: some tenths of a
 * second at the worst. The library bounds the size of an expression and not its time, so that is worked out beforehand.
 */
export const stepsAtMost = 5_000_000;

/** The most that a value may hold, list by list from the outside: `[300, 100]` is 300 records whose lists have 100. */
export type Lengths = readonly number[];

export interface Cost {
  steps: number;
  lengths: Lengths;
}

export const comprehensions: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'filter', 'map']);

/**
 * The most steps that an expression of the allowed kind (expression-bounds.ts) takes, and how large its value is. Every
 * loop runs through the whole of its list, and every branch is taken.
 */
export function costOf(node: ASTNode, lengthsOf: ReadonlyMap<string, Lengths>): Cost {
  const cost = (inner: ASTNode): Cost => costOf(inner, lengthsOf);
  switch (node.op) {
    case 'value':
      return { steps: 1, lengths: [] };
    case 'id':
      return { steps: 1, lengths: lengthsOf.get(node.args) ?? [] };
    case '.':
    case '.?': {
      const of = cost(node.args[0]);
      return { steps: of.steps + 1, lengths: scalars.has(typeOf(node)) ? [] : of.lengths };
    }
    case '[]':
    case '[?]': {
      const [of, index] = node.args.map(cost);
      return { steps: sum([of, index]), lengths: of?.lengths.slice(1) ?? [] };
    }
    case 'list': {
      const items = node.args.map(cost);
      return { steps: sum(items), lengths: [items.length, ...widest(items)] };
    }
    case '?:': {
      const [condition, ...branches] = node.args.map(cost);
      return { steps: sum([condition, ...branches]), lengths: widest(branches) };
    }
    case '!_':
    case '-_':
      return { steps: cost(node.args).steps + 1, lengths: [] };
    case 'call': {
      const values = node.args[1].map(cost);
      return { steps: sum(values) + callSteps, lengths: [] };
    }
    case 'rcall':
      return node.args[0] !== '' && comprehensions.has(node.args[0]) && node.args[2].length >= 2
        ? loopCost(node.args, lengthsOf)
        : methodCost(node.args, cost);
    case 'map':
      return { steps: Number.POSITIVE_INFINITY, lengths: [] };
    default: {
      // Comparing lists and looking into them may go through all that they hold.
      const sides = node.args.map(cost);
      const inner = sides.reduce((product, { lengths }) => product * volume(lengths), 1);
      return { steps: sum(sides) + inner, lengths: [] };
    }
  }
}

const scalars: ReadonlySet<string> = new Set([
  'string',
  'bool',
  'int',
  'double',
  'google.protobuf.Timestamp',
  'google.protobuf.Duration',
]);

/** The type that the library's check has found, by its name; its declarations leave it out. */
export function typeOf(node: ASTNode): string {
  return (node as { checkedType?: { name?: string } }).checkedType?.name ?? 'unknown';
}

type MethodArgs = Extract<ASTNode, { op: 'rcall' }>['args'];

/** Text up to 512 characters is searched or copied. */
const callSteps = 5;
/** For each star of a pattern, and once. */
const globSteps = 100;

function methodCost([name, receiver, args]: MethodArgs, cost: (node: ASTNode) => Cost): Cost {
  const own = name === 'glob' ? globSteps * (1 + starsIn(args[0])) : callSteps;
  return { steps: sum([receiver, ...args].map(cost)) + own, lengths: [] };
}

export function starsIn(pattern: ASTNode | undefined): number {
  return pattern?.op === 'value' && typeof pattern.args === 'string' ? pattern.args.split('*').length - 1 : 0;
}

function loopCost([name, receiver, args]: MethodArgs, lengthsOf: ReadonlyMap<string, Lengths>): Cost {
  const list = costOf(receiver, lengthsOf);
  const [length = 0, ...item] = list.lengths;
  const [variable, ...bodies] = args;
  const inner = new Map(lengthsOf);
  if (variable?.op === 'id') inner.set(variable.args, item);
  const costs = bodies.map((body) => costOf(body, inner));
  const lengths = { filter: list.lengths, map: [length, ...(costs.at(-1)?.lengths ?? [])] };
  return {
    steps: list.steps + 1 + length * (sum(costs) + 1),
    lengths: name === 'filter' || name === 'map' ? lengths[name] : [],
  };
}

function sum(costs: readonly (Cost | undefined)[]): number {
  return costs.reduce((total, one) => total + (one?.steps ?? 0), 1);
}

function widest(costs: readonly Cost[]): number[] {
  const depth = Math.max(0, ...costs.map(({ lengths }) => lengths.length));
  return Array.from({ length: depth }, (_, level) => Math.max(...costs.map(({ lengths }) => lengths[level] ?? 0)));
}

function volume(lengths: Lengths): number {
  return lengths.reduce((product, length) => product * Math.max(1, length), 1);
}
