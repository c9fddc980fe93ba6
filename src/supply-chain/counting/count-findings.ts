import type { Finding, Severity } from '../report.ts';

/** How many findings there are of each severity, zeros included. */
export function countFindings(findings: Iterable<Pick<Finding, 'severity'>>): Record<Severity, number> {
  const counts: Record<Severity, number> = { critical: 0, high: 0, medium: 0, low: 0, unspecified: 0 };
  for (const { severity } of findings) counts[severity] += 1;
  return counts;
}
