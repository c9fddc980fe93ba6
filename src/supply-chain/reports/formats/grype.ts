import { z } from 'zod';
import { toPackageRef } from '../../counting/package-identity.ts';
import type { Entry } from '../../counting/pairs.ts';
import { severityOf } from '../../counting/severity.ts';
import { onlyOther } from '../../counting/vulnerability-id.ts';
import type { ReportedImage } from '../../report.ts';
import { deferredListOf, labels, listOf, needed, optionalListOf, text, time, url } from '../fields.ts';
import { keptLengths } from '../json/selection.ts';
import { defineFormat, hasName, takeEntries, type ParsedReport } from '../report-format.ts';
import { toReportedImage } from '../reported-image.ts';

/** In base64; a real one has some thousand characters. */
const longestConfig = 1024 * 1024;

const match = z.object({
  vulnerability: z.object({
    id: needed,
    severity: text,
    dataSource: url,
    fix: z.object({ versions: listOf(needed) }).nullish(),
    fixedInVersion: text,
  }),
  relatedVulnerabilities: listOf(z.object({ id: needed })),
  artifact: z.object({ id: text, name: text, version: text, purl: text }),
});

const target = z.object({
  userInput: text,
  imageID: text,
  manifestDigest: text,
  tags: listOf(needed),
  repoDigests: optionalListOf(needed),
  labels,
  config: z.string().register(keptLengths, { characters: longestConfig }).nullish().catch(undefined),
});

const report = z.object({
  matches: deferredListOf(match),
  source: z.object({ type: text, target: z.union([target, z.string()]).nullish() }).nullish(),
  descriptor: z
    .object({
      name: text,
      version: text,
      timestamp: time,
      db: z.object({ built: time, status: z.object({ built: time }).nullish() }).nullish(),
    })
    .nullish(),
});

/** `grype -o json` */
export const grype = defineFormat({
  format: 'grype',
  schema: report,
  recognises: (document) =>
    hasName(document, 'matches') && (hasName(document, 'descriptor') || hasName(document, 'source')),
  read: ({ matches, source, descriptor }, fail): ParsedReport => ({
    formatVersion: descriptor?.version ?? '',
    scanner: { name: 'Grype', version: descriptor?.version ?? '' },
    createdAt: descriptor?.timestamp,
    databaseAt: descriptor?.db?.built ?? descriptor?.db?.status?.built,
    image: imageOf(source),
    entries: entriesOf(takeEntries(matches, ['matches'], fail)),
    packages: undefined,
  }),
});

function* entriesOf(matches: Iterable<z.output<typeof match>>): Generator<Entry> {
  for (const { vulnerability, relatedVulnerabilities, artifact } of matches) {
    const { id, severity, fix, fixedInVersion, dataSource } = vulnerability;
    yield {
      ids: [id, ...onlyOther(id, relatedVulnerabilities.map((related) => related.id))], // prettier-ignore
      package: toPackageRef({ ...artifact, reference: artifact.id }),
      severity: severityOf({ words: [severity] }),
      fixedVersions: fix?.versions ?? (fixedInVersion === undefined ? [] : [fixedInVersion]),
      url: dataSource,
    };
  }
}

function imageOf(source: z.output<typeof report>['source']): ReportedImage {
  if (source?.type !== 'image' || source.target == null || typeof source.target === 'string') return {};
  const { userInput, imageID, manifestDigest, tags, repoDigests, config, labels } = source.target;
  const image = config == null ? undefined : parseConfig(config);
  const reported = toReportedImage({
    given: userInput,
    tags,
    repoDigests,
    imageId: imageID,
    user: image && (image.config?.User ?? ''),
    labels: labels ?? image?.config?.Labels,
    createdAt: image?.created,
  });
  // Of an image that no registry has, Grype makes up a manifest; before it told of registries there was nothing else.
  return repoDigests === undefined && reported.digest === undefined && manifestDigest !== imageID
    ? { ...reported, digest: manifestDigest }
    : reported;
}

const imageConfig = z.object({
  created: time,
  config: z.object({ User: text, Labels: labels }).nullish(),
});

/** The image's own configuration, which Grype adds in base64; undefined where that is broken. */
function parseConfig(config: string): z.output<typeof imageConfig> | undefined {
  try {
    return imageConfig.safeParse(JSON.parse(Buffer.from(config, 'base64').toString())).data;
  } catch {
    return undefined;
  }
}
