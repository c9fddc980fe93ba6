import { severities, type Finding, type PackageRef } from '../report.ts';
import type { SeverityCounts } from '../image-facts.ts';
import { countSeverities } from './severity-counts.ts';
import { byCode, mostSevereFirst } from './severity-order.ts';
import { versionOrderOf, type VersionOrder } from './version-order.ts';

/** What to do about one package of an image. */
export interface UpgradeAdvice {
  package: PackageRef;
  /**
   * The lowest version that removes the most; undefined where the versions cannot be compared, or none is known to be
   * newer than the one in use.
   */
  target: string | undefined;
  /** The versions that findings name as their fix, in order where there is one. */
  fixedVersions: readonly string[];
  /** What the upgrade removes; without a target, what some version of the list removes. */
  removes: SeverityCounts;
  /** The ids of those, the most severe first; `removes` has them all. */
  vulnerabilities: readonly string[];
  /** How many findings of the package stay. */
  remaining: number;
}

const idsAtMost = 20;
const versionsAtMost = 20;
/** Fixes that are looked at for one package, the newest of them: each is tried on every finding. */
const candidatesAtMost = 200;

/** What to upgrade, in the order of how many critical, then high, ... findings each upgrade removes. */
export function upgradeAdvice(findings: readonly Finding[], atMost = 20): readonly UpgradeAdvice[] {
  const groups = Map.groupBy(findings, ({ package: { name, version } }) => JSON.stringify([name, version]));
  const advice = [...groups.values()].flatMap((group) => adviceFor(group) ?? []);
  return advice.toSorted(mostRemovedFirst).slice(0, atMost);
}

function mostRemovedFirst(a: UpgradeAdvice, b: UpgradeAdvice): number {
  for (const severity of severities) {
    const difference = b.removes[severity] - a.removes[severity];
    if (difference !== 0) return difference;
  }
  return byCode(a.package.name, b.package.name) || byCode(a.package.version, b.package.version);
}

function adviceFor(group: readonly Finding[]): UpgradeAdvice | undefined {
  const fixable = group.filter(({ fixedVersions }) => fixedVersions.length > 0);
  const [first] = fixable;
  if (first === undefined) return undefined;
  const { name, version, purl = group.find((one) => one.package.purl !== undefined)?.package.purl } = first.package;
  const fixes = [...new Set(fixable.flatMap(({ fixedVersions }) => fixedVersions))];
  const ranks = rankVersions([version, ...fixes], versionOrderOf(purl));
  const target = ranks && bestTarget(fixes, fixable, ranks, version);
  const removed = ranks && target !== undefined ? fixable.filter((one) => isFixedIn(target, one, ranks)) : fixable;
  return {
    package: { name, version, purl },
    target,
    fixedVersions: fixes
      .toSorted((a, b) => rankOf(a, ranks) - rankOf(b, ranks) || byCode(a, b))
      .slice(0, versionsAtMost),
    removes: countSeverities(removed),
    vulnerabilities: removed
      .toSorted(mostSevereFirst)
      .slice(0, idsAtMost)
      .map(({ id }) => id),
    remaining: group.length - removed.length,
  };
}

/** The place of each version in the order of all; equal ones share it. */
type Ranks = ReadonlyMap<string, number>;

/** undefined where any two cannot be compared. */
function rankVersions(versions: readonly string[], order: VersionOrder): Ranks | undefined {
  // An order that compares a version with itself knows its form, and forms are all it asks for.
  if (versions.some((version) => order(version, version) === undefined)) return undefined;
  const ranks = new Map<string, number>();
  let rank = 0;
  let before: string | undefined;
  for (const version of versions.toSorted((a, b) => order(a, b) ?? 0)) {
    if (before !== undefined && order(before, version) !== 0) rank += 1;
    ranks.set(version, rank);
    before = version;
  }
  return ranks;
}

function rankOf(version: string, ranks: Ranks | undefined): number {
  return ranks?.get(version) ?? 0;
}

/** Of those newer than the one in use the lowest that removes the most. */
function bestTarget(
  fixes: readonly string[],
  fixable: readonly Finding[],
  ranks: Ranks,
  current: string,
): string | undefined {
  const newer = fixes
    .filter((version) => rankOf(version, ranks) > rankOf(current, ranks))
    .toSorted((a, b) => rankOf(a, ranks) - rankOf(b, ranks) || byCode(a, b));
  let best: { version: string; removes: SeverityCounts } | undefined;
  for (const version of newer.slice(-candidatesAtMost)) {
    const removes = countSeverities(fixable.filter((finding) => isFixedIn(version, finding, ranks)));
    if (best === undefined || removesMore(removes, best.removes)) best = { version, removes };
  }
  return best?.version;
}

function removesMore(a: SeverityCounts, b: SeverityCounts): boolean {
  const severity = severities.find((one) => a[one] !== b[one]);
  return severity !== undefined && a[severity] > b[severity];
}

/**
 * Whether a version has the fix. Where fixes were made in several branches (`1.2.9` and `2.0.3`), a version between two
 * of them has it only if it is nearer to the lower: `1.2.10` has it and `2.0.1` has not.
 */
function isFixedIn(version: string, { fixedVersions }: Finding, ranks: Ranks): boolean {
  const own = rankOf(version, ranks);
  const reached = fixedVersions.filter((fix) => rankOf(fix, ranks) <= own);
  if (reached.length === 0 || reached.length === fixedVersions.length) return reached.length > 0;
  if (reached.some((fix) => rankOf(fix, ranks) === own)) return true;
  const above = fixedVersions.filter((fix) => rankOf(fix, ranks) > own);
  const nearest = (fixes: readonly string[]): number =>
    fixes.reduce((most, fix) => Math.max(most, sharedParts(fix, version)), 0);
  return nearest(reached) > nearest(above);
}

/** How many numbers two versions have in common from the left. */
function sharedParts(a: string, b: string): number {
  const [left, right] = [a.match(/\d+/g) ?? [], b.match(/\d+/g) ?? []];
  const different = left.findIndex((part, index) => part !== right[index]);
  return different === -1 ? left.length : different;
}
