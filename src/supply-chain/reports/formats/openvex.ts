import { z } from 'zod';
import type { VexStatement } from '../../report.ts';
import { listOf, needed, text, time } from '../fields.ts';
import { imageOfPurl } from '../purl-image.ts';
import { defineFormat, hasName, type ParsedReport } from '../report-format.ts';
import { toReportedImage } from '../reported-image.ts';

const component = z.union([
  needed.transform((id) => ({ '@id': id, identifiers: undefined })),
  z.object({ '@id': text, identifiers: z.object({ purl: text }).nullish() }),
]);

const product = z.union([
  needed.transform((id) => ({ '@id': id, identifiers: undefined, subcomponents: [] })),
  z.object({ '@id': text, identifiers: z.object({ purl: text }).nullish(), subcomponents: listOf(component) }),
]);

const statement = z.object({
  vulnerability: z.union([
    needed.transform((name) => ({ name, '@id': undefined, aliases: [] })),
    z
      .object({ name: text, '@id': text, aliases: listOf(needed) })
      .refine(
        ({ name, '@id': id }) => name !== undefined || idInAddress(id) !== undefined,
        'it names no vulnerability',
      ),
  ]),
  timestamp: time,
  last_updated: time,
  products: listOf(product),
  subcomponents: listOf(component),
  status: z.enum(['not_affected', 'affected', 'fixed', 'under_investigation']),
});

const report = z.object({
  '@context': z.string(),
  '@id': text,
  timestamp: time,
  last_updated: time,
  statements: z.array(statement),
});

/** OpenVEX before 1.0 (`https://openvex.dev/ns`, `https://openvex.dev/ns/v0.2.0`). */
export const openvex = defineFormat({
  format: 'openvex',
  schema: report,
  recognises: (document) => hasName(document, '@context') && contextOf(document) !== undefined,
  checkVersion(document, fail) {
    const version = contextOf(document as Readonly<Record<string, unknown>>) ?? '';
    if (!/^(?:v?0(?:\..*)?)?$/.test(version)) {
      fail('REPORT_VERSION', `OpenVEX before 1.0 is known, not ${version}`, ['@context']);
    }
  },
  read(document): ParsedReport {
    const at = document.last_updated ?? document.timestamp;
    const vex = inOrderOfTime(document.statements, at).flatMap((entry) => toStatements(entry));
    return {
      formatVersion: contextOf(document) || '0',
      scanner: undefined,
      createdAt: at,
      databaseAt: undefined,
      image: imageOf(vex),
      entries: undefined,
      packages: undefined,
      vex,
      documentId: document['@id'],
    };
  },
});

type Statement = z.output<typeof statement>;

/** The version in the context's address, empty where it has none; undefined where it is another context. */
function contextOf(document: Readonly<Record<string, unknown>>): string | undefined {
  const context = document['@context'];
  return typeof context === 'string' ? /^https:\/\/openvex\.dev\/ns\/?(.*)$/.exec(context)?.[1] : undefined;
}

/** What is said later replaces what was said before; a statement without a time has the document's. */
function inOrderOfTime(statements: readonly Statement[], documentAt = 0): Statement[] {
  const timeOf = ({ last_updated, timestamp }: Statement) => last_updated ?? timestamp ?? documentAt;
  return statements.toSorted((a, b) => timeOf(a) - timeOf(b));
}

/** Products that differ in what inside of them is meant are statements of their own. */
function toStatements({ vulnerability, products, subcomponents, status }: Statement): VexStatement[] {
  const id = vulnerability.name ?? idInAddress(vulnerability['@id']) ?? '';
  const about = { id, aliases: vulnerability.aliases, status };
  const whole = products.filter((entry) => entry.subcomponents.length === 0);
  const parts = products.filter((entry) => entry.subcomponents.length > 0);
  const common = subcomponents.flatMap((entry) => namesOf(entry));
  const statements: VexStatement[] = parts.map((entry) => ({
    ...about,
    products: namesOf(entry),
    subcomponents: entry.subcomponents.flatMap((part) => namesOf(part)),
  }));
  if (whole.length > 0 || parts.length === 0) {
    statements.push({
      ...about,
      products: whole.flatMap((entry) => namesOf(entry)),
      ...(common.length === 0 ? {} : { subcomponents: common }),
    });
  }
  return statements;
}

function namesOf({ '@id': id, identifiers }: z.output<typeof component>): string[] {
  return [...new Set([id, identifiers?.purl])].flatMap((name) => name ?? []);
}

/** `https://nvd.nist.gov/vuln/detail/CVE-2019-17571`: an id and nothing else at the end of its address. */
function idInAddress(address: string | undefined): string | undefined {
  return address === undefined ? undefined : /(?:^|\/)([A-Z]+-[\w-]+)\/?$/i.exec(address)?.[1];
}

/** The image that all statements are about, if it is one. */
function imageOf(vex: readonly VexStatement[]): ParsedReport['image'] {
  const purls = new Set(vex.flatMap(({ products }) => products).filter((name) => /^pkg:(?:oci|docker)\//i.test(name)));
  const [purl] = purls;
  if (purls.size !== 1 || purl === undefined) return {};
  const { reference, repoDigest } = imageOfPurl(purl);
  return toReportedImage({ given: reference, repoDigests: repoDigest === undefined ? [] : [repoDigest] });
}
