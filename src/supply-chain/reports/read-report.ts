import { setImmediate } from 'node:timers/promises';
import { createPairs } from '../counting/pairs.ts';
import type { Finding, Report, ReportedImage } from '../report.ts';
import { carriedReport, carrierSchema, payloadOf } from './carried-report.ts';
import { formats } from './formats/index.ts';
import { readDocument } from './json/read-document.ts';
import { createSelection } from './json/selection.ts';
import { openReportBytes, type ReportSource } from './report-bytes.ts';
import { fail, ReportFault } from './report-fault.ts';
import type { ParsedReport, RawDocument } from './report-format.ts';
import { reportLimits, type ReportLimits } from './report-limits.ts';

export interface ReadReportOptions {
  limits?: Partial<ReportLimits>;
  signal?: AbortSignal;
}

const entriesAtOnce = 500;

/** What any of the formats reads: which of them it is, is known only at the end of the text. */
const selection = createSelection([...formats.map(({ schema }) => schema), carrierSchema]);

/**
 * Reads a report of any known format, which its content tells, and makes pairs of a vulnerability and a package of its
 * entries. Memory grows with what counts, not with the text.
 *
 * @throws {ReportFault} for whatever is not a whole report of a known format; there is never a part of one
 */
export async function readReport(source: ReportSource, options: ReadReportOptions = {}): Promise<Report> {
  const limits = { ...reportLimits, ...options.limits };
  const { document, names } = await readText(source, limits, options.signal);
  const payload = isRaw(document) ? payloadOf(document) : undefined;
  if (payload === undefined) return await toReport(document, names, limits, options.signal);
  try {
    const inner = await readText(payload, limits, options.signal);
    return await toReport(inner.document, inner.names, limits, options.signal);
  } catch (error) {
    if (!(error instanceof ReportFault)) throw error;
    return fail(error.code, `inside of its payload, ${error.reason}`, error);
  }
}

async function readText(source: ReportSource, limits: ReportLimits, signal: AbortSignal | undefined) {
  const bytes = openReportBytes(source, { bytes: limits.bytes, signal });
  return await readDocument(bytes, selection, limits);
}

async function toReport(
  document: unknown,
  names: readonly string[],
  limits: ReportLimits,
  signal: AbortSignal | undefined,
): Promise<Report> {
  const carried = isRaw(document) ? carriedReport(document) : undefined;
  const own = carried?.document ?? document;
  const reader =
    carried?.reader ?? (isRaw(document) ? formats.find((format) => format.recognises(document, names)) : undefined);
  if (!isRaw(own) || reader === undefined) refuseUnknown(document, names);
  const { entries, vex = [], image, ...report } = reader.read(own, carried?.at);
  checkPackages(report, limits);
  return {
    format: reader.format,
    ...report,
    image: carried === undefined ? image : withName(image, carried.image),
    findings: await toFindings(entries, limits, signal),
    vex,
  };
}

/** The image by the name outside of the report, where there is one. */
function withName(image: ReportedImage, { reference, digest }: ReportedImage): ReportedImage {
  return reference === undefined ? image : { ...image, reference, digest: digest ?? image.digest };
}

function isRaw(document: unknown): document is RawDocument {
  return typeof document === 'object' && document !== null;
}

function refuseUnknown(document: unknown, names: readonly string[]): never {
  const known = formats.map(({ format }) => format).join(', ');
  const what = Array.isArray(document)
    ? 'it is a list'
    : names.length === 0
      ? 'it has no names'
      : `it has the names ${names.slice(0, 10).map((name) => JSON.stringify(name)).join(', ')}`; // prettier-ignore
  fail('REPORT_UNKNOWN', `it is JSON, but no report that is known (${known}): ${what}`, {
    place: { offset: 0, line: 1, column: 1 },
    path: '$',
  });
}

function checkPackages({ packages = [] }: Pick<ParsedReport, 'packages'>, limits: ReportLimits): void {
  if (packages.length > limits.packages) {
    fail('REPORT_TOO_LARGE', `it has more than ${String(limits.packages)} packages`);
  }
}

/** Entries are checked when they are taken: others have their turn meanwhile. */
async function toFindings(
  entries: ParsedReport['entries'],
  limits: ReportLimits,
  signal: AbortSignal | undefined,
): Promise<Finding[] | undefined> {
  if (entries === undefined) return undefined;
  const pairs = createPairs();
  let count = 0;
  for (const entry of entries) {
    pairs.add(entry);
    if (pairs.size > limits.findings) {
      fail('REPORT_TOO_LARGE', `it has more than ${String(limits.findings)} findings`);
    }
    count += 1;
    if (count % entriesAtOnce === 0) {
      await setImmediate();
      signal?.throwIfAborted();
    }
  }
  return pairs.toFindings();
}
