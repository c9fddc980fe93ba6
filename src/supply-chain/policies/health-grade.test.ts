import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { severities } from '../report.ts';
import { healthGrade, healthGrades, type HealthGrade } from './health-grade.ts';
import { policies } from './index.ts';
import { policyOutcomes, type PolicyOutcome } from './policy.ts';

const none = { critical: 0, high: 0, medium: 0, low: 0, unspecified: 0 };
const ids = policies.map(({ id }) => id);
const results = (...violated: string[]): ReadonlyMap<string, PolicyOutcome> =>
  new Map(ids.map((id) => [id, violated.includes(id) ? 'violated' : 'compliant']));

test.each<[string, ReadonlyMap<string, PolicyOutcome>, object, HealthGrade]>([
  ['all is well', results(), {}, 'A'],
  ['lesser vulnerabilities do not matter', results(), { medium: 9, low: 9, unspecified: 9 }, 'A'],
  ['a high one', results(), { high: 1 }, 'B'],
  ['a critical one', results(), { critical: 1 }, 'C'],
  ['runs as root (10 of 100)', results('no-default-root-user'), {}, 'A'],
  ['no attestations (15)', results('supply-chain-attestations'), {}, 'B'],
  ['fixable ones (25)', results('fixable-vulnerabilities'), { high: 1 }, 'B'],
  ['fixable ones and no attestations (40)', results('fixable-vulnerabilities', 'supply-chain-attestations'), {}, 'C'],
  ['a high-profile one', results('high-profile-vulnerabilities'), {}, 'D'],
  ['every policy violated', results(...ids), {}, 'F'],
  ['nothing evaluated', new Map(), {}, 'A'],
  [
    'no data does not count',
    new Map([
      ['no-default-root-user', 'no-data'],
      ['own', 'compliant'],
    ] as const),
    {},
    'A',
  ],
  [
    'own policies count',
    new Map([
      ['own', 'violated'],
      ['no-default-root-user', 'compliant'],
    ] as const),
    {},
    'D',
  ],
])('%s: %s', (_case, outcomes, counts, grade) => {
  expect(healthGrade(outcomes, { ...none, ...counts })).toBe(grade);
});

test('an image without figures has no grade', () => {
  expect(healthGrade(results(), undefined)).toBeUndefined();
});

test('it never gets better by a violation or by more vulnerabilities', () => {
  const rank = (outcomes: ReadonlyMap<string, PolicyOutcome>, counts: typeof none): number =>
    healthGrades.indexOf(healthGrade(outcomes, counts) ?? 'A');
  const outcomes = fc.dictionary(fc.constantFrom(...ids, 'own', '__proto__'), fc.constantFrom(...policyOutcomes));
  const counts = fc.record(Object.fromEntries(severities.map((one) => [one, fc.nat({ max: 3 })]))) as fc.Arbitrary<
    typeof none
  >;
  fc.assert(
    fc.property(
      outcomes,
      counts,
      fc.constantFrom(...ids),
      fc.constantFrom(...severities),
      (some, figures, id, severity) => {
        const before = new Map(Object.entries(some));
        const good = new Map([...before, [id, 'compliant'] as const]);
        const bad = new Map([...before, [id, 'violated'] as const]);
        expect(rank(bad, figures)).toBeGreaterThanOrEqual(rank(good, figures));
        expect(rank(before, { ...figures, [severity]: figures[severity] + 1 })).toBeGreaterThanOrEqual(
          rank(before, figures),
        );
      },
    ),
  );
});
