import { z } from 'zod';
import type { Entry } from '../../counting/pairs.ts';
import type { ReportedImage } from '../../report.ts';
import { needed, text } from '../fields.ts';
import { defineFormat, hasName, type ParsedReport, type Fail } from '../report-format.ts';
import { grypeSarif } from './sarif-grype.ts';
import { isReported, ruleOf, run, type SarifReader } from './sarif-run.ts';
import { scoutSarif } from './sarif-scout.ts';
import { trivySarif } from './sarif-trivy.ts';

const readers: readonly SarifReader[] = [scoutSarif, trivySarif, grypeSarif];

const report = z.object({ version: needed, $schema: text, runs: z.array(run) });

type Run = z.output<typeof run>;

/**
 * SARIF 2.1.0 by the scanners that are known: the format has no place for a package or a severity, so each writes
 * them in a way of its own.
 */
export const sarif = defineFormat({
  format: 'sarif',
  schema: report,
  recognises: (document) => hasName(document, 'runs') && hasName(document, 'version'),
  checkVersion(document, fail) {
    const version = hasName(document, 'version') ? document['version'] : undefined;
    if (version !== '2.1.0') fail('REPORT_VERSION', `SARIF 2.1.0 is known, not ${String(version)}`, ['version']);
  },
  read({ version, runs }, fail: Fail): ParsedReport {
    const parts = runs.map((entry, index) => ({ run: entry, index, reader: readerOf(entry, index, fail) }));
    const [first] = parts;
    if (first === undefined) fail('REPORT_UNKNOWN', 'it has no run, so nobody scanned anything', ['runs']);
    const images = parts.map((part) => part.reader.imageOf(part.run));
    const other = images.findIndex((image) => isOther(image, images));
    if (other !== -1)
      fail('REPORT_IMAGES', 'its runs are of several images: push one report an image', ['runs', other]);
    return {
      formatVersion: version,
      scanner: { name: first.reader.scanner, version: versionOf(first.run) },
      createdAt: first.run.invocations.find(({ endTimeUtc }) => endTimeUtc !== undefined)?.endTimeUtc,
      databaseAt: undefined,
      image: images.find((image) => image.reference !== undefined) ?? {},
      entries: entriesOf(parts),
      packages: undefined,
    };
  },
});

function readerOf(run: Run, index: number, fail: Fail): SarifReader {
  const { name = '', fullName = '' } = run.tool.driver;
  const reader = readers.find((entry) => entry.isBy(name, fullName));
  if (reader === undefined) {
    const known = readers.map(({ scanner }) => scanner).join(', ');
    fail('REPORT_UNKNOWN', `SARIF of ${known} is known, not of ${JSON.stringify(name)}`, ['runs', index, 'tool']);
  }
  // The specification: null or nothing where the scan was not made, an empty list where it found nothing.
  if (run.results == null) fail('REPORT_FAILED', 'it has no results: scan again', ['runs', index, 'results']);
  const failed = run.invocations.findIndex(({ executionSuccessful }) => executionSuccessful === false);
  if (failed !== -1)
    fail('REPORT_FAILED', 'it says that its scan failed: scan again', ['runs', index, 'invocations', failed]);
  return reader;
}

function isOther({ reference }: ReportedImage, images: readonly ReportedImage[]): boolean {
  const first = images.find((image) => image.reference !== undefined);
  return reference !== undefined && reference !== first?.reference;
}

function versionOf({ tool: { driver } }: Run): string {
  return driver.version ?? driver.semanticVersion ?? '';
}

function* entriesOf(parts: readonly { run: Run; reader: SarifReader }[]): Generator<Entry> {
  for (const { run, reader } of parts) {
    const rules = new Map(run.tool.driver.rules.map((rule) => [rule.id, rule]));
    for (const result of run.results ?? []) {
      if (isReported(result)) yield* reader.entriesOf(result, ruleOf(result, rules, run), run);
    }
  }
}
