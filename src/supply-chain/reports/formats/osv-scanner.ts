import { z } from 'zod';
import { scoreOfVector } from '../../counting/cvss-score.ts';
import { toPackageRef } from '../../counting/package-identity.ts';
import type { Entry } from '../../counting/pairs.ts';
import { severityOf } from '../../counting/severity.ts';
import type { Package, Severity } from '../../report.ts';
import { deferredListOf, listOf, needed, sparseListOf, text, time, title } from '../fields.ts';
import { defineFormat, hasName, takeEntries, type ParsedReport, type Fail } from '../report-format.ts';
import { toReportedImage } from '../reported-image.ts';

const word = z.string().nullish().catch(undefined);

const vulnerability = z.object({
  id: needed,
  aliases: listOf(text),
  withdrawn: text,
  summary: title,
  published: time,
  severity: listOf(z.object({ type: text, score: word })),
  database_specific: z.object({ severity: word }).nullish().catch(undefined),
  affected: listOf(
    z.object({
      package: z.object({ name: text }).nullish(),
      ranges: listOf(z.object({ type: text, events: sparseListOf(z.object({ fixed: text })) })),
    }),
  ),
});

const group = z.object({
  ids: listOf(needed),
  aliases: listOf(text),
  max_severity: z.union([z.string(), z.number()]).nullish(),
});

const scannedPackage = z.object({
  package: z.object({ name: text, version: text, commit: text }),
  vulnerabilities: listOf(vulnerability),
  groups: listOf(group),
  licenses: listOf(text),
});

const result = z.object({
  source: z.object({ path: text, type: text }).nullish(),
  packages: deferredListOf(scannedPackage),
});

type Vulnerability = z.output<typeof vulnerability>;
type Group = z.output<typeof group>;
type ScannedPackage = z.output<typeof scannedPackage>;

/** The names that a report has at its top. Other tools call their lists `results` too: an empty one is not told apart else. */
const topNames: ReadonlySet<string> = new Set(
  ['results', 'experimental_config', 'image_metadata', 'license_summary', 'experimental_generic_findings'], // prettier-ignore
);

/** `osv-scanner --format json` */
export const osvScanner = defineFormat({
  format: 'osv-scanner',
  schema: z.object({
    results: z
      .array(result)
      .nullable()
      .transform((list) => list ?? []),
  }),
  recognises(document, names) {
    if (!hasName(document, 'results')) return false;
    const { results } = document;
    if (results === null || (Array.isArray(results) && results.length === 0)) {
      return names.every((name) => topNames.has(name));
    }
    return (
      Array.isArray(results) && results.every((entry) => entry instanceof Object && Object.hasOwn(entry, 'packages'))
    );
  },
  read({ results }, fail): ParsedReport {
    const image = imageOf(results, fail);
    const entries: Entry[] = [];
    const packages: Package[] = [];
    for (const [index, { packages: list }] of results.entries()) {
      for (const scanned of takeEntries(list, ['results', index, 'packages'], fail)) {
        entries.push(...entriesOf(scanned));
        packages.push(toPackage(scanned));
      }
    }
    return {
      formatVersion: '',
      scanner: { name: 'OSV-Scanner', version: '' },
      createdAt: undefined,
      databaseAt: undefined,
      image: toReportedImage({ given: image }),
      entries,
      packages: packages.some(({ licenses }) => licenses.length > 0) ? packages : undefined,
    };
  },
});

/** A source of the type `docker` is an image by its name; the other types are files. */
function imageOf(results: readonly z.output<typeof result>[], fail: Fail): string | undefined {
  let image: string | undefined;
  for (const [index, { source }] of results.entries()) {
    if (source?.type !== 'docker') continue;
    image ??= source.path;
    if (source.path !== image) {
      fail('REPORT_IMAGES', 'it is of several images: push one report an image', ['results', index, 'source', 'path']);
    }
  }
  return image;
}

function toPackage(entry: ScannedPackage): Package {
  return { ...refOf(entry), licenses: entry.licenses.flatMap((license) => license ?? []) };
}

function refOf({ package: { name, version, commit } }: ScannedPackage) {
  return toPackageRef({ name, version, reference: commit });
}

function* entriesOf(scanned: ScannedPackage): Generator<Entry> {
  const byId = new Map(scanned.vulnerabilities.map((entry) => [entry.id, entry]));
  const grouped = new Set(scanned.groups.flatMap(({ ids }) => ids));
  const alone = scanned.vulnerabilities.filter(({ id }) => !grouped.has(id));
  for (const group of [...scanned.groups, ...alone.map((entry) => groupOfOne(entry))]) {
    const entry = toEntry(scanned, group, byId);
    if (entry !== undefined) yield entry;
  }
}

function groupOfOne({ id, aliases }: Vulnerability): Group {
  return { ids: [id], aliases, max_severity: undefined };
}

/** undefined where all that the group names was withdrawn. */
function toEntry(scanned: ScannedPackage, group: Group, byId: ReadonlyMap<string, Vulnerability>): Entry | undefined {
  const ids = group.ids.filter((id) => byId.get(id)?.withdrawn === undefined);
  if (ids.length === 0) return undefined;
  const members = ids.flatMap((id) => byId.get(id) ?? []);
  const published = members.flatMap((member) => member.published ?? []);
  return {
    ids,
    otherIds: group.aliases.flatMap((alias) => alias ?? []),
    package: refOf(scanned),
    severity: severityIn(group, members),
    fixedVersions: members.flatMap((member) => fixesIn(member, scanned.package.name)),
    title: members.find((member) => member.summary !== undefined)?.summary,
    publishedAt: published.length === 0 ? undefined : Math.min(...published),
  };
}

/** The advisories' own words, else the scanner's score (some versions of it write a word there), else the vectors'. */
function severityIn({ max_severity: most }: Group, members: readonly Vulnerability[]): Severity {
  const words = members.map((member) => member.database_specific?.severity);
  const given = String(most ?? '').trim();
  const score = Number(given);
  if (given !== '' && Number.isNaN(score)) return severityOf({ words: words.some(Boolean) ? words : [given] });
  const vectors = () => members.flatMap((member) => member.severity.map((rating) => scoreOfVector(rating.score ?? '')));
  return severityOf({ words, scores: () => (given === '' ? vectors() : [score]) });
}

/** Of a package by its name the versions, of a commit the commits. */
function fixesIn({ affected }: Vulnerability, name: string | undefined): string[] {
  const own = affected.filter((entry) => name === undefined || plainName(entry.package?.name) === plainName(name));
  const ranges = own.flatMap((entry) => entry.ranges).filter(({ type }) => (type === 'GIT') === (name === undefined));
  return ranges.flatMap(({ events }) => events.flatMap(({ fixed }) => fixed ?? []));
}

/** PyPI's names are the same in any case, and with any of these between words. */
function plainName(name: string | undefined): string | undefined {
  return name?.toLowerCase().replaceAll(/[-_.]+/g, '-');
}
