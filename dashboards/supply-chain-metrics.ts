import type { Steps } from './appearance.ts';
import { select, sumBy } from './promql.ts';

/** Expressions over the families of the supply chain's endpoint. */

/** As the label `severity` has them, with the colours of their lines. */
export const severityColors = {
  CRITICAL: 'dark-red',
  HIGH: 'orange',
  MEDIUM: 'yellow',
  LOW: 'blue',
  UNSPECIFIED: 'text',
} as const;

export const severities = Object.keys(severityColors) as (keyof typeof severityColors)[];

/** Of the selected streams of the organisation. */
export function vulnerabilities(by: string, ...more: readonly string[]): string {
  return sumBy(by, select('scout_stream_vulnerabilities', ['org', 'stream'], ...more));
}

export function compliant(by: string): string {
  return sumBy(by, select('scout_policy_compliant_images', ['org', 'stream', 'policy']));
}

export function evaluated(by: string): string {
  return sumBy(by, select('scout_policy_evaluated_images', ['org', 'stream', 'policy']));
}

/** The share of the images with a result that comply, in every stream; nothing where none has one. */
export function complianceOfStreams(by: string): string {
  const [compliant, evaluated] = ['scout_policy_compliant_images', 'scout_policy_evaluated_images'].map((metric) =>
    sumBy(by, select(metric, ['org', 'policy'])),
  );
  return share(compliant ?? '', evaluated ?? '');
}

export function share(part: string, whole: string): string {
  return `${part} / (${whole} > 0)`;
}

export const complianceSteps: Steps = ['red', [0.5, 'orange'], [0.9, 'green']];
