import { z } from 'zod';
import { toPackageRef } from '../../counting/package-identity.ts';
import type { Entry } from '../../counting/pairs.ts';
import { severityOf } from '../../counting/severity.ts';
import { isVendorAdvisory } from '../../counting/vulnerability-id.ts';
import { deferredListOf, listOf, needed, text, time, title, url } from '../fields.ts';
import { defineFormat, hasName, takeEntries, type ParsedReport, type Fail } from '../report-format.ts';
import { toReportedImage } from '../reported-image.ts';

const tool = z.object({ name: text, version: text }).nullish();

const vulnerability = z.object({
  id: text,
  name: title,
  severity: text,
  solution: title,
  location: z.object({
    image: text,
    dependency: z.object({ version: text, package: z.object({ name: text }).nullish() }).nullish(),
  }),
  identifiers: listOf(z.object({ type: text, name: text, value: text, url })),
});

const report = z.object({
  version: needed,
  scan: z.object({ type: text, status: text, start_time: time, end_time: time, scanner: tool, analyzer: tool }),
  vulnerabilities: deferredListOf(vulnerability),
});

/** GitLab's report of container scanning, schema 14 and 15. */
export const gitlab = defineFormat({
  format: 'gitlab',
  schema: report,
  recognises: (document) =>
    hasName(document, 'scan') && hasName(document, 'vulnerabilities') && hasName(document, 'version'),
  checkVersion(document, fail) {
    const version = hasName(document, 'version') ? document['version'] : undefined;
    if (typeof version === 'string' && !/^1[45]\./.test(version)) {
      fail('REPORT_VERSION', `of GitLab's reports, schemas 14 and 15 are known, not ${version}`, ['version']);
    }
  },
  read({ version, scan, vulnerabilities }, fail): ParsedReport {
    if (scan.type !== 'container_scanning') {
      fail('REPORT_UNKNOWN', `it is of ${scan.type ?? 'an unknown kind of scan'}, not of container scanning`, [
        'scan',
        'type',
      ]);
    }
    if (scan.status === 'failure')
      fail('REPORT_FAILED', 'it says that its scan failed: scan again', ['scan', 'status']);
    const { image, entries } = entriesOf(takeEntries(vulnerabilities, ['vulnerabilities'], fail), fail);
    const scanner = scan.scanner ?? scan.analyzer;
    return {
      formatVersion: version,
      scanner: scanner == null ? undefined : { name: scanner.name ?? '', version: scanner.version ?? '' },
      createdAt: scan.end_time ?? scan.start_time,
      databaseAt: undefined,
      image: toReportedImage({ given: image }),
      entries,
      packages: undefined,
    };
  },
});

type Vulnerability = z.output<typeof vulnerability>;

function entriesOf(
  vulnerabilities: Iterable<Vulnerability>,
  fail: Fail,
): { image: string | undefined; entries: Entry[] } {
  const entries: Entry[] = [];
  let image: string | undefined;
  for (const entry of vulnerabilities) {
    if (entries.length === 0) ({ image } = entry.location);
    if (entry.location.image !== image) {
      const path = ['vulnerabilities', entries.length, 'location', 'image'];
      fail('REPORT_IMAGES', 'it is of several images: push one report an image', path);
    }
    entries.push(toEntry(entry));
  }
  return { image, entries };
}

function toEntry(entry: Vulnerability): Entry {
  const { dependency } = entry.location;
  return {
    ids: idsOf(entry),
    package: toPackageRef({ name: dependency?.package?.name, version: dependency?.version }),
    severity: severityOf({ words: [entry.severity] }),
    fixedVersions: fixesOf(entry.solution),
    title: entry.name,
    url: entry.identifiers.find((identifier) => identifier.url !== undefined)?.url,
  };
}

/** Weaknesses, advisories and bug trackers: what several vulnerabilities have in common. */
const commonTypes: ReadonlySet<string> = new Set(
  ['cwe', 'owasp', 'wasc', 'osvdb', 'bugtraq', 'rhsa', 'usn', 'elsa', 'dsa', 'hackerone'], // prettier-ignore
);

/** The identifiers of an entry are one vulnerability's; its id is GitLab's own where there are any. */
function idsOf({ id, name, identifiers }: Vulnerability): string[] {
  const given = identifiers.flatMap(({ type, value, name }) => {
    const text = value ?? name;
    return text === undefined ? [] : [{ type: type?.toLowerCase() ?? '', text }];
  });
  const own = given.filter(
    ({ type, text }) => !commonTypes.has(type) && !isVendorAdvisory(text) && !/^CWE-\d/i.test(text),
  );
  if (own.length > 0) return own.map(({ text }) => text);
  const advisory = given.find(({ type, text }) => isVendorAdvisory(text) || (type !== 'cwe' && commonTypes.has(type)));
  return [advisory?.text ?? id ?? name ?? ''];
}

/** `Upgrade openssl to 1.1.1d-r0`, `Upgrade apt from 1.8.2 to 1.8.3` */
function fixesOf(solution: string | undefined): string[] {
  const versions = /^Upgrade .+ to (?:version )?(\S+(?:, *\S+)*)\.?$/i.exec(solution?.trim() ?? '')?.[1];
  return versions?.split(',').map((version) => version.trim()) ?? [];
}
