import type { Step } from './program.ts';
import { classes, type Assertion, type CharacterSet, type Range } from './syntax.ts';

/** What running patterns may cost altogether; shared by all patterns of one request. */
export interface StepBudget {
  left: number;
}

/** The patterns of a request have cost all that they may. */
export class BudgetSpent extends Error {}

/** Whether all of a text matches. Throws BudgetSpent. */
export type Run = (text: string, budget: StepBudget) => boolean;

/** Steps that are reached at one place of the text, each once. */
interface Reached {
  steps: Uint32Array;
  count: number;
}

/**
 * Runs a program: all ways through the pattern are followed side by side, none is gone back on. A text costs at the
 * most its length times the program's, whatever the pattern.
 */
export function createRun(program: readonly Step[]): Run {
  const end = program.length - 1;
  /** The last place at which each step was reached; places are counted through all texts. */
  const reachedAt = new Float64Array(program.length);
  const open = new Uint32Array(2 * program.length + 1);
  let place = 0;
  let [current, next]: [Reached, Reached] = [createReached(program.length), createReached(program.length)];

  /** Adds every step that is reached from here without a character. Not recursive: a pattern can be long. */
  const follow = (start: number, before: number, after: number, reached: Reached): void => {
    let waiting = 1;
    open[0] = start;
    while (waiting > 0) {
      waiting -= 1;
      const index = open[waiting] ?? 0;
      if (reachedAt[index] === place) continue;
      reachedAt[index] = place;
      reached.steps[reached.count] = index;
      reached.count += 1;
      const step = program[index];
      if (step?.kind === 'jump' || step?.kind === 'fork') {
        open[waiting] = step.to;
        waiting += 1;
      }
      if (step?.kind === 'fork' || (step?.kind === 'assertion' && holds(step.assertion, before, after))) {
        open[waiting] = index + 1;
        waiting += 1;
      }
    }
  };

  const spend = (budget: StepBudget): void => {
    budget.left -= current.count;
    if (budget.left < 0) throw new BudgetSpent('the patterns cost too much');
  };

  return (text, budget) => {
    place += 1;
    current.count = 0;
    follow(0, -1, codeAt(text, 0), current);
    spend(budget);
    for (let at = 0; at < text.length && current.count > 0;) {
      const code = codeAt(text, at);
      at += code > 0xffff ? 2 : 1;
      const after = codeAt(text, at);
      place += 1;
      next.count = 0;
      for (let i = 0; i < current.count; i += 1) {
        const index = current.steps[i] ?? 0;
        const step = program[index];
        if (step?.kind === 'set' && isIn(step.set, code)) follow(index + 1, code, after, next);
      }
      [current, next] = [next, current];
      spend(budget);
    }
    return reachedAt[end] === place && current.count > 0;
  };
}

function createReached(size: number): Reached {
  return { steps: new Uint32Array(size), count: 0 };
}

/** -1 at the end. */
function codeAt(text: string, at: number): number {
  return text.codePointAt(at) ?? -1;
}

function holds(assertion: Assertion, before: number, after: number): boolean {
  if (assertion === 'begin') return before === -1;
  if (assertion === 'end') return after === -1;
  const isBoundary = isWord(before) !== isWord(after);
  return assertion === 'word-boundary' ? isBoundary : !isBoundary;
}

function isWord(code: number): boolean {
  return isWithin(classes['w'] ?? [], code);
}

function isIn({ ranges, isNegated, ignoresCase }: CharacterSet, code: number): boolean {
  const isThere = isWithin(ranges, code) || (ignoresCase && otherCases(code).some((other) => isWithin(ranges, other)));
  return isThere !== isNegated;
}

function isWithin(ranges: readonly Range[], code: number): boolean {
  for (const [from, to] of ranges) if (code >= from && code <= to) return true;
  return false;
}

function otherCases(code: number): number[] {
  const character = String.fromCodePoint(code);
  return [character.toLowerCase(), character.toUpperCase()].flatMap((other) => {
    const first = other.codePointAt(0);
    return first === undefined || String.fromCodePoint(first) !== other ? [] : [first];
  });
}
