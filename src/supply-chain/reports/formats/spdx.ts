import { z } from 'zod';
import { toPackageRef } from '../../counting/package-identity.ts';
import { parsePurl } from '../../counting/purl.ts';
import type { Package, ReportedImage } from '../../report.ts';
import { deferredListOf, listOf, needed, text, time } from '../fields.ts';
import { defineFormat, hasName, takeEntries, type ParsedReport } from '../report-format.ts';
import { imageOfPurl } from '../purl-image.ts';
import { toReportedImage } from '../reported-image.ts';

const spdxPackage = z.object({
  SPDXID: text,
  name: text,
  versionInfo: text,
  primaryPackagePurpose: text,
  licenseConcluded: text,
  licenseDeclared: text,
  externalRefs: listOf(z.object({ referenceType: text, referenceLocator: text })),
});

type SpdxPackage = z.output<typeof spdxPackage>;

const report = z.object({
  spdxVersion: needed,
  name: text,
  creationInfo: z.object({ created: time, creators: listOf(text) }).nullish(),
  documentDescribes: listOf(text),
  relationships: listOf(z.object({ spdxElementId: text, relationshipType: text, relatedSpdxElement: text })),
  packages: deferredListOf(spdxPackage),
  hasExtractedLicensingInfos: listOf(z.object({ licenseId: text, name: text })),
});

type Document = z.output<typeof report>;

/** SPDX 2.2 and 2.3 in JSON: packages and their licences. */
export const spdx = defineFormat({
  format: 'spdx',
  schema: report,
  recognises: (document) =>
    hasName(document, 'spdxVersion') ||
    // Version 3 is JSON-LD.
    (hasName(document, '@context') && String(document['@context']).startsWith('https://spdx.org/rdf/')),
  checkVersion(document, fail) {
    const version = hasName(document, 'spdxVersion') ? document['spdxVersion'] : 'SPDX-3';
    if (typeof version === 'string' && !/^SPDX-2\.[2-9]$/.test(version)) {
      fail('REPORT_VERSION', `SPDX 2.2 and 2.3 are known, not ${version}: have it written as one of these`, [
        'spdxVersion',
      ]);
    }
  },
  read(document, fail): ParsedReport {
    const packages = [...takeEntries(document.packages, ['packages'], fail)];
    const roots = rootsOf(document);
    const subject = packages.find((entry) => roots.has(entry.SPDXID) && isContainer(entry));
    return {
      formatVersion: document.spdxVersion.replace('SPDX-', ''),
      scanner: scannerOf(document.creationInfo?.creators ?? []),
      createdAt: document.creationInfo?.created,
      databaseAt: undefined,
      image: subject === undefined ? {} : imageOf(subject),
      entries: undefined,
      packages: packagesOf(packages, document.hasExtractedLicensingInfos),
    };
  },
});

function rootsOf({ documentDescribes, relationships }: Document): Set<string | undefined> {
  const described = relationships.filter(({ relationshipType }) => relationshipType === 'DESCRIBES');
  return new Set([...documentDescribes, ...described.map(({ relatedSpdxElement }) => relatedSpdxElement)]);
}

function isContainer({ primaryPackagePurpose, ...rest }: SpdxPackage): boolean {
  const type = parsePurl(purlOf(rest) ?? '')?.type;
  return primaryPackagePurpose === 'CONTAINER' || type === 'oci' || type === 'docker';
}

function purlOf({ externalRefs }: Pick<SpdxPackage, 'externalRefs'>): string | undefined {
  return externalRefs.find(({ referenceType }) => referenceType === 'purl')?.referenceLocator;
}

function imageOf(subject: SpdxPackage): ReportedImage {
  const { reference, repoDigest } = imageOfPurl(purlOf(subject));
  const tag = subject.versionInfo;
  const named = subject.name !== undefined && tag !== undefined ? `${subject.name}:${tag}` : subject.name;
  return toReportedImage({
    given: named ?? reference,
    tags: reference === undefined ? [] : [reference],
    repoDigests: repoDigest === undefined ? [] : [repoDigest],
  });
}

/** `Tool: trivy-0.48.1` */
function scannerOf(creators: readonly (string | undefined)[]): ParsedReport['scanner'] {
  const tool = creators.find((creator) => creator?.startsWith('Tool: '))?.slice('Tool: '.length);
  if (tool === undefined) return undefined;
  const [, name = tool, version = ''] = /^(.+?)-(v?\d\S*)$/.exec(tool) ?? [];
  return { name, version };
}

/** Not of the image's packages: the image itself, its distribution, and files. */
const noPackages: ReadonlySet<string | undefined> = new Set([
  'CONTAINER',
  'OPERATING-SYSTEM',
  'FILE',
  'DEVICE',
  'FIRMWARE',
]);

function packagesOf(packages: readonly SpdxPackage[], extracted: Document['hasExtractedLicensingInfos']): Package[] {
  const names = new Map(extracted.map(({ licenseId, name }) => [licenseId, name]));
  const readable = (license: string) => names.get(license) ?? license;
  return packages
    .filter((entry) => !noPackages.has(entry.primaryPackagePurpose) && !isContainer(entry))
    .map((entry) => ({
      ...toPackageRef({ name: entry.name, version: entry.versionInfo, purl: purlOf(entry), reference: entry.SPDXID }),
      licenses: licensesOf(entry).map((license) => readable(license)),
    }));
}

function licensesOf({ licenseConcluded, licenseDeclared }: SpdxPackage): string[] {
  const given = [licenseConcluded, licenseDeclared].flatMap((license) => license ?? []);
  return [...new Set(given)].filter((license) => license !== 'NOASSERTION' && license !== 'NONE');
}
