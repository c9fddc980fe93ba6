import type { Finding, PackageRef } from '../report.ts';
import type { PolicyReason, PolicyResult } from './policy.ts';
import { printable } from './printable.ts';

export const compliant: PolicyResult = { result: 'compliant' };

/** How many reasons a result names; of the others it says how many there are. */
export const reasonsAtMost = 50;

/** Violated where there are reasons, compliant where there are none. */
export function violatedBy<T>(causes: readonly T[], toReason: (cause: T) => PolicyReason): PolicyResult {
  if (causes.length === 0) return compliant;
  return { result: 'violated', reasons: withRest(causes.slice(0, reasonsAtMost).map(toReason), causes.length) };
}

/** Reasons beyond the bound are only counted. */
export function boundedReasons(reasons: readonly PolicyReason[]): readonly PolicyReason[] {
  return withRest(reasons.slice(0, reasonsAtMost), reasons.length);
}

function withRest(shown: readonly PolicyReason[], total: number): readonly PolicyReason[] {
  return total === shown.length ? shown : [...shown, { text: `and ${total - shown.length} more` }];
}

export function violated(text: string, fix: string): PolicyResult {
  return {
    result: 'violated',
    reasons: [{ text: `${printable(text, 400)}: ${printable(fix, 400)}`, fix: printable(fix, 400) }],
  };
}

export function noData(...missing: string[]): PolicyResult {
  return { result: 'no-data', missing: missing.map((text) => printable(text, 400)) };
}

export const noFindings = 'vulnerabilities: push a report of this image';

/** `CVE-1 (critical) in openssl 1.1.1: upgrade to 1.1.1k or 3.0.1`. */
export function findingReason({ id, severity, package: { name, version }, fixedVersions }: Finding): PolicyReason {
  const fix = fixText(fixedVersions);
  return {
    text: `${printable(id)} (${severity}) in ${packageText({ name, version })}: ${fix}`,
    vulnerability: printable(id),
    package: printable(name),
    version: printable(version),
    fix,
  };
}

export function packageText({ name, version }: PackageRef): string {
  return version === '' ? printable(name) : `${printable(name)} ${printable(version)}`;
}

const versionsShown = 5;

function fixText(versions: readonly string[]): string {
  if (versions.length === 0) return 'no fix is known';
  const shown = versions.slice(0, versionsShown).map((version) => printable(version, 80));
  return `upgrade to ${shown.join(' or ')}${versions.length > versionsShown ? ' or another' : ''}`;
}
