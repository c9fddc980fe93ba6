import { severities, type Finding } from '../report.ts';

/** Puts the most severe first, then by id, package and version: one order for any input order. */
export function mostSevereFirst(a: Finding, b: Finding): number {
  return (
    severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
    byCode(a.id, b.id) ||
    byCode(a.package.name, b.package.name) ||
    byCode(a.package.version, b.package.version)
  );
}

/** The order of UTF-16 units, which no locale changes. */
export function byCode(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
