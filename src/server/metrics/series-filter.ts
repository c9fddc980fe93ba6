import { parseLabelText, type LabelText } from '../../metrics/labels.ts';
import type { StepBudget } from './pattern/run.ts';
import type { Matcher, Selector } from './selector.ts';

/** Answers whose label sets are remembered, by what is asked of them. */
const remembered = 200_000;

/** Finds the series that any of the selectors wants, family by family, so that most is decided once for many. */
export interface SeriesFilter {
  /**
   * What is wanted of a family's series that have these labels beside their own (`host`): a test of the series' own
   * labels; `all`; or undefined for none. Throws BudgetSpent (pattern/run.ts), as the test does.
   */
  of(name: string, fixed: Readonly<Record<string, string>>): 'all' | ((labels: LabelText) => boolean) | undefined;
}

export function createSeriesFilter(selectors: readonly Selector[], budget: StepBudget): SeriesFilter {
  const answers = new Map<string, Map<LabelText, boolean>>();
  let answered = 0;

  const isWanted = (labels: LabelText, groups: readonly (readonly Matcher[])[]): boolean => {
    const pairs = new Map(parseLabelText(labels) ?? []);
    return groups.some((group) => group.every((one) => one.matches(pairs.get(one.label) ?? '', budget)));
  };

  const testOf = (open: readonly (readonly [number, readonly Matcher[]])[]): ((labels: LabelText) => boolean) => {
    const key = open.map(([number]) => number).join(' ');
    const known = answers.get(key) ?? new Map<LabelText, boolean>();
    answers.set(key, known);
    const groups = open.map(([, matchers]) => matchers);
    return (labels) => {
      const earlier = known.get(labels);
      if (earlier !== undefined) return earlier;
      const answer = isWanted(labels, groups);
      if (answered < remembered) known.set(labels, answer);
      answered += 1;
      return answer;
    };
  };

  return {
    of(name, fixed) {
      const given = new Map([...Object.entries(fixed), ['__name__', name]]);
      const open = selectors.flatMap((selector, number) => {
        const isOut = selector.some((one) => given.has(one.label) && !one.matches(given.get(one.label) ?? '', budget));
        return isOut ? [] : [[number, selector.filter(({ label }) => !given.has(label))] as const];
      });
      if (open.length === 0) return undefined;
      return open.some(([, matchers]) => matchers.length === 0) ? 'all' : testOf(open);
    },
  };
}
