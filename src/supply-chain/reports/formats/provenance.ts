import { z } from 'zod';
import { text, time } from '../fields.ts';
import { imageOfSubjects, predicateTypeOf, statementVersion, subjects } from '../in-toto.ts';
import { defineFormat, hasName, type Fail, type ParsedReport, type RawDocument } from '../report-format.ts';

const something = z.object({}).nullish();

const predicate = z
  .object({
    // Up to version 0.2.
    builder: something,
    metadata: z.object({ buildFinishedOn: time }).nullish(),
    // Since version 1.
    buildDefinition: something,
    runDetails: z.object({ metadata: z.object({ finishedOn: time }).nullish() }).nullish(),
  })
  .nullish();

type Predicate = z.output<typeof predicate>;

/** What `docker buildx imagetools inspect` shows of an image of several platforms; any other is pushed by itself. */
const platforms = [
  ...(['linux/386', 'linux/amd64', 'linux/arm/v5', 'linux/arm/v6', 'linux/arm/v7', 'linux/arm64'] as const),
  ...(['linux/loong64', 'linux/mips64le', 'linux/ppc64le', 'linux/riscv64', 'linux/s390x', 'windows/amd64'] as const),
] as const;

const shown = z.object({ SLSA: predicate });

const report = z.object({
  _type: text,
  predicateType: text,
  subject: subjects,
  predicate,
  ...shown.shape,
  ...(Object.fromEntries(platforms.map((platform) => [platform, shown.nullish()])) as Record<
    (typeof platforms)[number],
    z.ZodOptional<z.ZodNullable<typeof shown>>
  >),
});

type Document = z.output<typeof report>;

const predicatePrefix = 'https://slsa.dev/provenance/';
const versions: ReadonlySet<string> = new Set(['v0.1', 'v0.2', 'v1']);

/** SLSA provenance: how an image was built, as an in-toto statement, or as docker buildx shows it. It gives no figures. */
export const provenance = defineFormat({
  format: 'provenance',
  schema: report,
  recognises: (document) =>
    statementVersion(document) !== undefined ||
    hasName(document, 'SLSA') ||
    platforms.some((platform) => isShown(document, platform)),
  checkVersion(document, fail) {
    const version = statementVersion(document);
    if (version !== undefined) checkStatement(document, version, fail);
  },
  read(document, fail): ParsedReport {
    const [found] = predicatesOf(document);
    if (found === undefined) {
      const path = statementVersion(document) === undefined ? [] : ['predicate'];
      return fail('REPORT_INVALID', 'its provenance is empty: it does not say what built the image', path);
    }
    return {
      formatVersion:
        document.predicateType?.slice(`${predicatePrefix}v`.length) ?? (found.buildDefinition ? '1' : '0.2'),
      scanner: undefined,
      createdAt: found.runDetails?.metadata?.finishedOn ?? found.metadata?.buildFinishedOn,
      databaseAt: undefined,
      image: imageOfSubjects(document.subject),
      entries: undefined,
      packages: undefined,
      attestations: { provenance: true },
    };
  },
});

function isShown(document: RawDocument, platform: string): boolean {
  const value = hasName(document, platform) ? document[platform] : undefined;
  return typeof value === 'object' && value !== null && hasName(value as RawDocument, 'SLSA');
}

function checkStatement(document: RawDocument, version: string, fail: Fail): void {
  if (version !== 'v0.1' && version !== 'v1') {
    fail('REPORT_VERSION', `of in-toto's statements, v0.1 and v1 are known, not ${version.slice(0, 100)}`, ['_type']);
  }
  const type = predicateTypeOf(document);
  if (!type.startsWith(predicatePrefix)) {
    const what = JSON.stringify(type.slice(0, 200));
    const known = `provenance (${predicatePrefix}...), SPDX, CycloneDX and OpenVEX are known`;
    fail('REPORT_UNKNOWN', `it is an in-toto statement with a predicate that is not read, ${what}: ${known}`, [
      'predicateType',
    ]);
  }
  if (!versions.has(type.slice(predicatePrefix.length))) {
    const other = type.slice(predicatePrefix.length, predicatePrefix.length + 100);
    fail('REPORT_VERSION', `of SLSA's provenance, v0.1, v0.2 and v1 are known, not ${other}`, ['predicateType']);
  }
}

/** Those that say something. */
function predicatesOf(document: Document): NonNullable<Predicate>[] {
  const all =
    statementVersion(document) === undefined
      ? [document.SLSA, ...platforms.map((platform) => document[platform]?.SLSA)]
      : [document.predicate];
  return all.flatMap((one) => (one && (one.builder || (one.buildDefinition && one.runDetails)) ? [one] : []));
}
