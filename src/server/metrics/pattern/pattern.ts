import { parsePattern } from './parse.ts';
import { compile } from './program.ts';
import { createRun, type StepBudget } from './run.ts';
import { PatternFault } from './syntax.ts';

/** A pattern of a selector; it matches a whole value, as in PromQL. */
export interface Pattern {
  /** Throws BudgetSpent (run.ts). */
  matches(value: string, budget: StepBudget): boolean;
}

const longestSource = 4096;
/** Values whose answer is remembered: containers share most of their labels' values. */
const remembered = 50_000;

/** Throws PatternFault (syntax.ts) with what is wrong. */
export function createPattern(source: string): Pattern {
  if (source.length > longestSource) throw new PatternFault(`more than ${String(longestSource)} characters`);
  // The commonest pattern, and the one that dashboards make long: a list of names.
  if (/^[\w :/@-]*(?:\|[\w :/@-]*)*$/.test(source)) {
    const names = new Set(source.split('|'));
    return { matches: (value) => names.has(value) };
  }
  const run = createRun(compile(parsePattern(source)));
  const known = new Map<string, boolean>();
  return {
    matches(value, budget) {
      const earlier = known.get(value);
      if (earlier !== undefined) return earlier;
      const isMatch = run(value, budget);
      if (known.size < remembered) known.set(value, isMatch);
      return isMatch;
    },
  };
}
