import type { Finding, PackageRef, Severity } from '../report.ts';
import { packageKey } from './package-identity.ts';
import { isMoreSevere } from './severity.ts';
import { shownId, toVulnerabilityId } from './vulnerability-id.ts';

/** A vulnerability in a package, as one entry of a report tells of it. */
export interface Entry {
  /** The entry's own id, and those that the report calls the same in a field made for that. */
  ids: readonly string[];
  /** Further names of it, to show it by; they make no two entries the same. */
  otherIds?: readonly string[] | undefined;
  package: PackageRef;
  severity: Severity;
  fixedVersions?: readonly string[] | undefined;
  title?: string | undefined;
  url?: string | undefined;
  publishedAt?: number | undefined;
}

/** Of so many further names and fixes of one pair nobody reads more. */
const longestList = 200;

interface Pair {
  ids: string[];
  otherIds: string[];
  package: PackageRef;
  severity: Severity;
  fixedVersions: string[];
  title: string | undefined;
  url: string | undefined;
  publishedAt: number | undefined;
}

/**
 * Pairs of a vulnerability and a package, made of a report's entries. Entries of one package that share an id are one
 * pair, however many entries link them; it is as severe as the most severe of them.
 */
export interface Pairs {
  readonly size: number;
  add(entry: Entry): void;
  /** In the order in which they came up. */
  toFindings(): Finding[];
}

export function createPairs(): Pairs {
  /** By package, then by each of the pair's ids. */
  const packages = new Map<string, Map<string, Pair>>();
  const pairs = new Set<Pair>();

  function add(entry: Entry): void {
    const key = packageKey(entry.package);
    let known = packages.get(key);
    if (known === undefined) packages.set(key, (known = new Map()));
    const ids = new Set(entry.ids.map((id) => toVulnerabilityId(id)));
    let pair = linkedPair(ids, known);
    if (pair === undefined) {
      pair = toPair(entry);
      pairs.add(pair);
    } else absorb(pair, toPair(entry));
    for (const id of ids) {
      if (known.get(id) === pair) continue;
      known.set(id, pair);
      pair.ids.push(id);
    }
  }

  /** The pair that has any of the ids. Where several have, they become one: the one with fewer names a part of the other. */
  function linkedPair(ids: ReadonlySet<string>, known: Map<string, Pair>): Pair | undefined {
    let pair: Pair | undefined;
    for (const id of ids) {
      const other = known.get(id);
      if (other === undefined || other === pair) continue;
      if (pair === undefined) {
        pair = other;
        continue;
      }
      const [kept, gone] = other.ids.length > pair.ids.length ? [other, pair] : [pair, other];
      absorb(kept, gone);
      for (const name of gone.ids) {
        known.set(name, kept);
        kept.ids.push(name);
      }
      pairs.delete(gone);
      pair = kept;
    }
    return pair;
  }

  return {
    get size() {
      return pairs.size;
    },
    add,
    toFindings: () => toFindings(pairs),
  };
}

/** Without its ids, which are added one by one. */
function toPair({ otherIds = [], fixedVersions = [], title, url, publishedAt, severity, package: ref }: Entry): Pair {
  return {
    ids: [],
    otherIds: otherIds.length === 0 ? none : unique(otherIds.map((id) => toVulnerabilityId(id))),
    package: ref,
    severity,
    fixedVersions: unique(fixedVersions.filter((version) => version !== '')),
    title,
    url,
    publishedAt,
  };
}

/** One empty list for all. */
const none: string[] = [];

function unique(texts: readonly string[]): string[] {
  if (texts.length === 0) return none;
  return texts.length === 1 ? [...texts] : [...new Set(texts)].slice(0, longestList);
}

/** Everything but the ids. */
function absorb(pair: Pair, part: Pair): void {
  pair.otherIds = joined(pair.otherIds, part.otherIds);
  pair.fixedVersions = joined(pair.fixedVersions, part.fixedVersions);
  if (isMoreSevere(part.severity, pair.severity)) pair.severity = part.severity;
  if (pair.package.purl === undefined && part.package.purl !== undefined) pair.package = part.package;
  pair.title ??= part.title;
  pair.url ??= part.url;
  const [a = Infinity, b = Infinity] = [pair.publishedAt, part.publishedAt];
  pair.publishedAt = a === Infinity && b === Infinity ? undefined : Math.min(a, b);
}

function joined(a: string[], b: string[]): string[] {
  const added = b.filter((text) => !a.includes(text));
  return added.length === 0 ? a : [...a, ...added].slice(0, longestList);
}

function toFindings(pairs: ReadonlySet<Pair>): Finding[] {
  const taken = namesTaken(pairs);
  return [...pairs].map((pair) => {
    const names = pair.otherIds.length === 0 ? pair.ids : [...new Set([...pair.ids, ...pair.otherIds])];
    let id = shownId(names);
    // An id is shown once a package: a further name may be another pair's own, or a further name of that too.
    if (!pair.ids.includes(id)) {
      const key = takenKey(id, pair);
      if (taken.has(key)) id = shownId(pair.ids);
      taken.add(key);
    }
    return {
      id,
      aliases: names.length === 1 ? none : names.filter((name) => name !== id),
      package: pair.package,
      severity: pair.severity,
      fixedVersions: pair.fixedVersions,
      title: pair.title,
      url: pair.url,
      publishedAt: pair.publishedAt,
    };
  });
}

/** The own ids of all pairs, where any has further names. */
function namesTaken(pairs: ReadonlySet<Pair>): Set<string> {
  const taken = new Set<string>();
  if (![...pairs].some(({ otherIds }) => otherIds.length > 0)) return taken;
  for (const pair of pairs) for (const id of pair.ids) taken.add(takenKey(id, pair));
  return taken;
}

function takenKey(id: string, pair: Pair): string {
  return `${packageKey(pair.package)}\0${id}`;
}
