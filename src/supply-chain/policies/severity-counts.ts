import type { SeverityCounts } from '../image-facts.ts';
import type { Finding, Severity } from '../report.ts';

/** Each severity with its number, 0 included. */
export function countSeverities(findings: readonly Finding[]): SeverityCounts {
  const counts: Record<Severity, number> = { critical: 0, high: 0, medium: 0, low: 0, unspecified: 0 };
  for (const { severity } of findings) counts[severity] += 1;
  return counts;
}
