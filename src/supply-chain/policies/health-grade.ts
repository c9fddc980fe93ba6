import type { SeverityCounts } from '../image-facts.ts';
import type { PolicyOutcome } from './policy.ts';

export const healthGrades = ['A', 'B', 'C', 'D', 'E', 'F'] as const;
export type HealthGrade = (typeof healthGrades)[number];

/** How much each policy weighs; those that users have written weigh `otherWeight`. */
const weights: Readonly<Record<string, number>> = {
  'high-profile-vulnerabilities': 25,
  'fixable-vulnerabilities': 25,
  'supply-chain-attestations': 15,
  'no-stale-base-images': 10,
  'approved-base-images': 10,
  'no-default-root-user': 10,
  'no-copyleft-licenses': 5,
};
const otherWeight = 10;

/** The least percent of the weight for each grade; below the last it is F. */
const thresholds: readonly (readonly [HealthGrade, number])[] = [
  ['A', 90],
  ['B', 75],
  ['C', 55],
  ['D', 35],
  ['E', 15],
];

/**
 * The health of an image: the weight of the policies it complies with as a percentage of those that have a result, no
 * better than B with a high and no better than C with a critical vulnerability, fixable or not, and no better than D
 * with a high-profile one. undefined without figures: nothing is known of an image that was never scanned.
 */
export function healthGrade(
  results: ReadonlyMap<string, PolicyOutcome>,
  counts: SeverityCounts | undefined,
): HealthGrade | undefined {
  if (counts === undefined) return undefined;
  const percent = compliantPercent(results);
  const byPolicies = thresholds.find(([, least]) => percent >= least)?.[0] ?? 'F';
  const best = bestGrade(results, counts);
  return healthGrades[Math.max(healthGrades.indexOf(byPolicies), healthGrades.indexOf(best))];
}

function compliantPercent(results: ReadonlyMap<string, PolicyOutcome>): number {
  let compliant = 0;
  let evaluated = 0;
  for (const [id, outcome] of results) {
    if (outcome === 'no-data') continue;
    const weight = Object.hasOwn(weights, id) ? (weights[id] ?? otherWeight) : otherWeight;
    evaluated += weight;
    if (outcome === 'compliant') compliant += weight;
  }
  return evaluated === 0 ? 100 : (compliant * 100) / evaluated;
}

function bestGrade(results: ReadonlyMap<string, PolicyOutcome>, { critical, high }: SeverityCounts): HealthGrade {
  if (results.get('high-profile-vulnerabilities') === 'violated') return 'D';
  if (critical > 0) return 'C';
  return high > 0 ? 'B' : 'A';
}
