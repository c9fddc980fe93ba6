import { z } from 'zod';
import type { ReportedImage } from '../report.ts';
import { cyclonedx } from './formats/cyclonedx.ts';
import { openvex } from './formats/openvex.ts';
import { spdx } from './formats/spdx.ts';
import { imageOfSubjects, predicateTypeOf, statementVersion, subjects } from './in-toto.ts';
import { toJsonPath } from './json/place.ts';
import { fail } from './report-fault.ts';
import { hasName, type FormatReader, type RawDocument } from './report-format.ts';

const envelope = z.object({ payloadType: z.string(), payload: z.string() });

/** What is kept of a text that carries a report. */
export const carrierSchema = z.object({
  ...envelope.shape,
  // A bundle of Sigstore.
  dsseEnvelope: envelope,
  subject: subjects,
  predicate: z.union([spdx.schema, cyclonedx.schema, openvex.schema]),
  // As docker buildx shows an image's SBOM.
  SPDX: spdx.schema,
});

const statementType = 'application/vnd.in-toto+json';

/** What a signed envelope (DSSE) holds; undefined where it is none. Nobody checks its signatures here. */
export function payloadOf(document: RawDocument): Uint8Array | undefined {
  const isBundle = hasName(document, 'dsseEnvelope');
  const parsed = envelope.safeParse(isBundle ? document['dsseEnvelope'] : document);
  if (!parsed.success) return undefined;
  const { payloadType, payload } = parsed.data;
  const at = (name: string) => ({ path: toJsonPath([...(isBundle ? ['dsseEnvelope'] : []), name]) });
  if (payloadType !== statementType) {
    const what = JSON.stringify(payloadType.slice(0, 200));
    fail('REPORT_UNKNOWN', `it is an envelope of ${what}: only ${statementType} is known`, at('payloadType'));
  }
  if (!/^[\w+/-]+={0,2}$/.test(payload)) fail('REPORT_INVALID', 'its payload is no Base64', at('payload'));
  return Buffer.from(payload, 'base64');
}

/** A report of another format inside of a document. */
export interface CarriedReport {
  document: RawDocument;
  reader: FormatReader;
  at: readonly string[];
  /** What is said of its image outside of it. */
  image: ReportedImage;
}

const predicates: readonly (readonly [type: RegExp, FormatReader])[] = [
  [/^https:\/\/spdx\.dev\/Document/, spdx],
  [/^https:\/\/cyclonedx\.org\/bom/, cyclonedx],
  [/^https:\/\/openvex\.dev\/ns/, openvex],
];

/** An SBOM or VEX document in an in-toto statement, or as docker buildx shows it; undefined where there is none. */
export function carriedReport(document: RawDocument): CarriedReport | undefined {
  if (statementVersion(document) === undefined) {
    return hasName(document, 'SPDX') ? carried(document['SPDX'], spdx, 'SPDX', {}) : undefined;
  }
  const type = predicateTypeOf(document);
  const reader = predicates.find(([form]) => form.test(type))?.[1];
  if (reader === undefined || !hasName(document, 'predicate')) return undefined;
  const about = subjects.safeParse(document['subject']);
  return carried(document['predicate'], reader, 'predicate', about.success ? imageOfSubjects(about.data) : {});
}

function carried(value: unknown, reader: FormatReader, name: string, image: ReportedImage): CarriedReport {
  if (typeof value !== 'object' || value === null || !reader.recognises(value as RawDocument, [])) {
    fail('REPORT_UNKNOWN', `what stands there is no ${reader.format} in JSON`, { path: toJsonPath([name]) });
  }
  return { document: value as RawDocument, reader, at: [name], image };
}
