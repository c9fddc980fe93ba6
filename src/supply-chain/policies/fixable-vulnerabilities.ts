import { z } from 'zod';
import type { SeenFinding } from '../image-facts.ts';
import { severities } from '../report.ts';
import { definePolicy } from './policy.ts';
import { findingReason, noData, noFindings, violatedBy } from './results.ts';
import { mostSevereFirst } from './severity-order.ts';

const config = z.strictObject({
  severities: z.array(z.enum(severities)).min(1).max(severities.length).default(['critical', 'high']),
  /** false: those without a known fix count too. */
  fixableOnly: z.boolean().default(true),
  /** For how long a vulnerability is let be. */
  graceDays: z.number().min(0).max(3650).default(0),
  /** What grace counts from; where the report does not say when it was published, from when it was seen here first. */
  graceFrom: z.enum(['published', 'first-seen']).default('first-seen'),
});
type Config = z.infer<typeof config>;

export const fixableVulnerabilities = definePolicy({
  id: 'fixable-vulnerabilities',
  displayName: 'No fixable critical or high vulnerabilities',
  doc: 'There is no vulnerability of the chosen severities that an upgrade would remove.',
  config,
  evaluate({ findings }, config, { now }) {
    if (findings === undefined) return noData(noFindings);
    const late = findings.filter((finding) => counts(finding, config) && !(graceEnd(finding, config) > now));
    return violatedBy(late.toSorted(mostSevereFirst), findingReason);
  },
  nextChangeAt({ findings = [] }, config, { now }) {
    let next = Number.POSITIVE_INFINITY;
    for (const finding of findings) {
      const end = counts(finding, config) ? graceEnd(finding, config) : now;
      if (end > now && end < next) next = end;
    }
    return Number.isFinite(next) ? next : undefined;
  },
});

function counts({ severity, fixedVersions }: SeenFinding, { severities, fixableOnly }: Config): boolean {
  return severities.includes(severity) && (!fixableOnly || fixedVersions.length > 0);
}

const day = 86_400_000;

/** When its grace ends; long ago where nobody knows since when it is there. */
function graceEnd({ publishedAt, firstSeenAt }: SeenFinding, { graceDays, graceFrom }: Config): number {
  const since = graceFrom === 'published' ? (publishedAt ?? firstSeenAt) : firstSeenAt;
  return since === undefined ? Number.NEGATIVE_INFINITY : since + graceDays * day;
}
