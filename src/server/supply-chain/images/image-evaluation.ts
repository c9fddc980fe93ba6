import { countFindings } from '../../../supply-chain/counting/count-findings.ts';
import { applyVex } from '../../../supply-chain/counting/vex.ts';
import type { ImageFacts, SeenFinding } from '../../../supply-chain/image-facts.ts';
import { isDigest } from '../../../supply-chain/image-reference.ts';
import { toBaseName } from '../../../supply-chain/policies/base-name.ts';
import { healthGrade } from '../../../supply-chain/policies/health-grade.ts';
import { idsOf } from '../../../supply-chain/policies/high-profile-vulnerabilities.ts';
import type { KnownExploited } from '../../../supply-chain/policies/known-exploited.ts';
import type { KnownBase, PolicyOutcome } from '../../../supply-chain/policies/policy.ts';
import type { PolicyEvaluation, PolicySet } from '../../../supply-chain/policies/policy-set.ts';
import type { ImageRow, ReportRow } from '../../../store/supply-chain.ts';
import type { Tables } from '../../../store/store.ts';
import { unpackReport, type ReportLists } from './packed-report.ts';
import { readFacts, tagNames, type StoredFacts } from './stored-facts.ts';

export interface EvaluationContext {
  policies: PolicySet;
  knownExploited: KnownExploited | undefined;
  /** By the database's clock. */
  now: number;
  running?: boolean | undefined;
}

export interface EvaluatedImage {
  /** With its figures, results and grade. */
  row: ImageRow;
  facts: ImageFacts;
  results: readonly PolicyEvaluation[];
}

/** An image's reports, unpacked. */
export interface ImageReports {
  /** undefined: never scanned. */
  vulnerabilities: Pick<ReportLists, 'findings' | 'gone'> | undefined;
  packages: ReportLists['packages'] | undefined;
  /** In the order in which they came. */
  vex: readonly VexDocument[];
}

export interface VexDocument {
  kind: string;
  statements: ReportLists['vex'];
}

export const vulnerabilitiesKind = 'vulnerabilities';
export const packagesKind = 'sbom';
export const vexKind = 'vex:';
/** Of which the facts of the image say all that counts. */
export const provenanceKind = 'provenance';

export async function readReports(rows: readonly ReportRow[]): Promise<ImageReports> {
  const of = async (kind: string): Promise<ReportLists | undefined> => {
    const row = rows.find((one) => one.kind === kind);
    return row && (await unpackReport(row.data));
  };
  const documents = rows
    .filter(({ kind }) => kind.startsWith(vexKind))
    .toSorted((a, b) => a.receivedAt - b.receivedAt || (a.kind < b.kind ? -1 : 1));
  const vex: VexDocument[] = [];
  for (const { kind, data } of documents) vex.push({ kind, statements: (await unpackReport(data)).vex });
  return {
    vulnerabilities: await of(vulnerabilitiesKind),
    packages: (await of(packagesKind))?.packages,
    vex,
  };
}

/** Works out everything that follows from an image's reports, facts and the policies. Reads what is known of its base. */
export async function evaluateImage(
  tables: Pick<Tables, 'tags'>,
  row: ImageRow,
  reports: ImageReports,
  { policies, knownExploited, now, running }: EvaluationContext,
): Promise<EvaluatedImage> {
  const stored = readFacts(row);
  const facts = toFacts(row, stored, reports, running);
  const base = stored.base && (await knownBase(tables, row.org, stored.base.name));
  const context = { now, knownExploited, knownBase: () => base };
  const results = policies.evaluate(facts, context);
  const outcomes = new Map<string, PolicyOutcome>(results.map(({ id, result }) => [id, result.result]));
  const { findings } = facts;
  const counts = findings && countFindings(findings);
  return {
    facts,
    results,
    row: {
      ...row,
      counts,
      fixable: findings && countFindings(findings.filter(({ fixedVersions }) => fixedVersions.length > 0)),
      knownExploited: knownExploited && findings?.filter((one) => isExploited(one, knownExploited)).length,
      policies: JSON.stringify(Object.fromEntries([...outcomes].map(([id, result]) => [id, { result }]))),
      grade: healthGrade(outcomes, counts) ?? '',
      nextChangeAt: policies.nextChangeAt(facts, context),
    },
  };
}

/** The results as they are in a row. */
export function readOutcomes({ policies }: Pick<ImageRow, 'policies'>): ReadonlyMap<string, PolicyOutcome> {
  const results = JSON.parse(policies || '{}') as Record<string, { result: PolicyOutcome }>;
  return new Map(Object.entries(results).map(([id, { result }]) => [id, result]));
}

function toFacts(
  row: ImageRow,
  stored: StoredFacts,
  { vulnerabilities, packages, vex }: ImageReports,
  running: boolean | undefined,
): ImageFacts {
  const { repositories, tags, user, base, labels, createdAt, attestations } = stored;
  return {
    digest: row.digest,
    repositories,
    tags: tagNames(tags),
    user,
    base,
    labels,
    createdAt,
    findings: vulnerabilities && withoutVex(vulnerabilities.findings, vex, row, stored),
    packages,
    attestations,
    scanner: row.scanner === '' ? undefined : { name: row.scanner, version: stored.scannerVersion ?? '' },
    scannedAt: row.scannedAt,
    databaseAt: row.databaseAt,
    running,
  };
}

/** The findings that count; undefined: there is no report. */
export function countedFindings(row: ImageRow, { vulnerabilities, vex }: ImageReports): ImageFacts['findings'] {
  return vulnerabilities && withoutVex(vulnerabilities.findings, vex, row, readFacts(row));
}

/** What a document says of the image counts by whichever of its names. */
function withoutVex(
  findings: readonly SeenFinding[],
  vex: ImageReports['vex'],
  { digest, repository }: ImageRow,
  { repositories, tags }: StoredFacts,
): readonly SeenFinding[] {
  const statements = vex.flatMap((document) => document.statements);
  if (statements.length === 0) return findings;
  return [...new Set([repository, ...repositories])].reduce((left, name) => {
    const own = tags.filter((tag) => tag.startsWith(`${name}:`));
    const reference = isDigest(digest) ? `${name}@${digest}` : (own[0] ?? digest.replace(/^tag:/, ''));
    return applyVex(left, statements, {
      reference,
      digest: isDigest(digest) ? digest : undefined,
      tags: own.map((tag) => tag.slice(name.length + 1)),
    });
  }, findings);
}

function isExploited(finding: SeenFinding, { entries }: KnownExploited): boolean {
  return idsOf(finding).some((id) => entries.has(id));
}

async function knownBase({ tags }: Pick<Tables, 'tags'>, org: string, name: string): Promise<KnownBase | undefined> {
  const { repository, tag } = toBaseName(name);
  const [current, ...earlier] = await tags.history(org, repository, tag);
  // Without a digest nobody can tell whether it is the same.
  if (current === undefined || !isDigest(current.digest)) return undefined;
  return { current: [current.digest], currentSince: current.since, earlier: earlier.map(({ digest }) => digest) };
}
