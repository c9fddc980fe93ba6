import { z } from 'zod';
import { toPackageRef } from '../../counting/package-identity.ts';
import type { Entry } from '../../counting/pairs.ts';
import { severityOf } from '../../counting/severity.ts';
import type { Package } from '../../report.ts';
import { deferredListOf, labels, listOf, needed, number, optionalListOf, text, time, title, url } from '../fields.ts';
import { defineFormat, hasName, takeEntries, type ParsedReport, type Fail } from '../report-format.ts';
import { toReportedImage } from '../reported-image.ts';

const identifier = z.object({ PURL: text }).nullish();

const vulnerability = z.object({
  VulnerabilityID: needed,
  PkgName: text,
  PkgID: text,
  PkgPath: text,
  PkgIdentifier: identifier,
  InstalledVersion: text,
  FixedVersion: text,
  Status: text,
  Severity: text,
  Title: title,
  PrimaryURL: url,
  PublishedDate: time,
});

const systemPackage = z.object({
  ID: text,
  Name: text,
  Version: text,
  Release: text,
  Epoch: number,
  Licenses: listOf(text),
  Identifier: identifier,
});

const license = z.object({ PkgName: text, Name: text });

const result = z.object({
  Target: text,
  Vulnerabilities: deferredListOf(vulnerability),
  Packages: optionalListOf(systemPackage),
  Licenses: optionalListOf(license),
});

type Result = z.output<typeof result>;

const imageConfig = z.object({
  created: time,
  config: z.object({ User: text, Labels: labels }).nullish(),
});

const report = z.object({
  SchemaVersion: z.number(),
  ArtifactName: text,
  ArtifactType: text,
  CreatedAt: time,
  Trivy: z.object({ Version: text, VulnerabilityDB: z.object({ UpdatedAt: time }).nullish() }).nullish(),
  Metadata: z
    .object({
      ImageID: text,
      Reference: text,
      RepoTags: listOf(needed),
      RepoDigests: listOf(needed),
      ImageConfig: imageConfig.nullish(),
    })
    .nullish(),
  Results: listOf(result),
});

/** `trivy image --format json`, since 2021. */
export const trivy = defineFormat({
  format: 'trivy',
  schema: report,
  recognises: (document) =>
    hasName(document, 'SchemaVersion') && (hasName(document, 'ArtifactName') || hasName(document, 'Results')),
  checkVersion(document, fail) {
    const version = hasName(document, 'SchemaVersion') ? document['SchemaVersion'] : undefined;
    if (version !== 2) {
      fail('REPORT_VERSION', `of Trivy's reports, schema 2 is known, not ${String(version)}`, ['SchemaVersion']);
    }
  },
  read({ ArtifactName, ArtifactType, CreatedAt, Trivy, Metadata, Results, SchemaVersion }, fail): ParsedReport {
    const config = Metadata?.ImageConfig?.config;
    const isImage = ArtifactType === undefined || ArtifactType === 'container_image';
    return {
      formatVersion: String(SchemaVersion),
      scanner: { name: 'Trivy', version: Trivy?.Version ?? '' },
      createdAt: CreatedAt,
      databaseAt: Trivy?.VulnerabilityDB?.UpdatedAt,
      image: toReportedImage({
        given: isImage ? ArtifactName : undefined,
        tags: [...(Metadata?.Reference === undefined ? [] : [Metadata.Reference]), ...(Metadata?.RepoTags ?? [])],
        repoDigests: Metadata?.RepoDigests,
        imageId: Metadata?.ImageID,
        // A configuration without a user is one that runs as root; without a configuration nothing is known.
        user: config == null ? undefined : (config.User ?? ''),
        labels: config?.Labels,
        createdAt: Metadata?.ImageConfig?.created,
      }),
      entries: entriesOf(Results, ['Results'], fail),
      packages: packagesOf(Results),
    };
  },
});

/** The bare list of results that Trivy wrote before there was a schema. */
export const trivyLegacy = defineFormat({
  format: 'trivy-legacy',
  schema: z.array(result),
  recognises: (document) =>
    Array.isArray(document) &&
    document.length > 0 &&
    document.every((entry) => typeof entry === 'object' && entry !== null && Object.hasOwn(entry, 'Target')),
  read: (results, fail) => ({
    formatVersion: '1',
    scanner: { name: 'Trivy', version: '' },
    createdAt: undefined,
    databaseAt: undefined,
    image: toReportedImage({ given: legacyImage(results) }),
    entries: entriesOf(results, [], fail),
    packages: undefined,
  }),
});

/** The distribution's packages stand under `name (alpine 3.9.2)`. */
function legacyImage(results: readonly Result[]): string | undefined {
  for (const { Target } of results) {
    const name = /^(\S+) \([^()]+\)$/.exec(Target ?? '')?.[1];
    if (name !== undefined) return name;
  }
  return undefined;
}

function* entriesOf(results: readonly Result[], path: readonly PropertyKey[], fail: Fail): Generator<Entry> {
  for (const [index, { Vulnerabilities }] of results.entries()) {
    for (const entry of takeEntries(Vulnerabilities, [...path, index, 'Vulnerabilities'], fail)) {
      if (entry.Status?.toLowerCase() === 'not_affected') continue;
      yield {
        ids: [entry.VulnerabilityID],
        package: toPackageRef({
          name: entry.PkgName,
          version: entry.InstalledVersion,
          purl: entry.PkgIdentifier?.PURL,
          reference: entry.PkgID ?? entry.PkgPath,
        }),
        severity: severityOf({ words: [entry.Severity] }),
        fixedVersions: entry.FixedVersion?.split(',').map((version) => version.trim()),
        title: entry.Title,
        url: entry.PrimaryURL,
        publishedAt: entry.PublishedDate,
      };
    }
  }
}

/** undefined where Trivy was not asked to list packages or licences. */
function packagesOf(results: readonly Result[]): Package[] | undefined {
  if (!results.some(({ Packages, Licenses }) => Packages !== undefined || Licenses !== undefined)) return undefined;
  const found = new Map<string, Set<string>>();
  for (const { PkgName, Name } of results.flatMap(({ Licenses }) => Licenses ?? [])) {
    if (PkgName === undefined || Name === undefined) continue;
    const names = found.get(PkgName) ?? new Set();
    found.set(PkgName, names.add(Name));
  }
  const packages: Package[] = [];
  const listed = new Set<string>();
  for (const { ID, Name, Licenses, Identifier, ...rest } of results.flatMap(({ Packages }) => Packages ?? [])) {
    const ref = toPackageRef({ name: Name, version: versionOf(rest), purl: Identifier?.PURL, reference: ID });
    const licenses = [...Licenses.flatMap((name) => name ?? []), ...(found.get(ref.name) ?? [])];
    listed.add(ref.name);
    packages.push({ ...ref, licenses: [...new Set(licenses)] });
  }
  for (const [name, licenses] of found) {
    if (!listed.has(name)) packages.push({ name, version: '', licenses: [...licenses] });
  }
  return packages;
}

/** As Trivy writes InstalledVersion: `epoch:version-release`. */
function versionOf({ Version, Release, Epoch }: Pick<z.output<typeof systemPackage>, 'Version' | 'Release' | 'Epoch'>) {
  const epoch = Epoch ? `${String(Epoch)}:` : '';
  const release = Release === undefined ? '' : `-${Release}`;
  return Version === undefined ? undefined : `${epoch}${Version}${release}`;
}
