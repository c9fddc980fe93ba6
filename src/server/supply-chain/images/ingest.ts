import { createHash } from 'node:crypto';
import type { Report } from '../../../supply-chain/report.ts';
import { repositoryOf } from '../../../supply-chain/image-reference.ts';
import { printable } from '../../../supply-chain/policies/printable.ts';
import type { KnownExploited } from '../../../supply-chain/policies/known-exploited.ts';
import type { ImageRow, ReportRow } from '../../../store/supply-chain.ts';
import type { Store, Tables } from '../../../store/store.ts';
import { ApiProblem } from '../../api/problem.ts';
import { requireOrg } from '../orgs.ts';
import { noteBase, readBases } from './base-repositories.ts';
import { withFirstSeen } from './first-seen.ts';
import {
  evaluateImage,
  packagesKind,
  provenanceKind,
  readReports,
  vexKind,
  vulnerabilitiesKind,
  type EvaluatedImage,
  type ImageReports,
} from './image-evaluation.ts';
import { identifyImage, tagDigest, type ImageIdentity } from './image-identity.ts';
import type { ReadPolicies } from './org-policies.ts';
import { packReport } from './packed-report.ts';
import { askRevaluation } from './revaluations.ts';
import { isRunning } from './running-set.ts';
import { addName, addReportFacts, readFacts, writeFacts } from './stored-facts.ts';
import type { Write } from './write.ts';

export interface Ingest {
  /**
   * Takes a report in: all of it in one transaction, or nothing. Throws ApiProblem for one that cannot be said to be of
   * an image (422), and for an organisation or image that is not there (404).
   */
  add(pushed: PushedReport): Promise<IngestedReport>;
}

export interface PushedReport {
  org: string;
  report: Report;
  /** The image's name, as whoever pushes it says. */
  image: string | undefined;
  /** The file's, for the audit log. */
  file: string | undefined;
  write: Write;
}

export interface IngestedReport extends EvaluatedImage {
  kind: 'vulnerabilities' | 'sbom' | 'vex' | 'provenance';
}

export interface IngestOptions {
  store: Store;
  readPolicies: ReadPolicies;
  knownExploited: () => KnownExploited | undefined;
  /** The server evaluates it again: a command does not know its catalogue. */
  isProvisional: boolean;
}

/** Of one image; each takes part in every evaluation. */
const vexDocumentsAtMost = 100;

export function createIngest({ store, readPolicies, knownExploited, isProvisional }: IngestOptions): Ingest {
  /** What the image becomes, by what the tables say now. */
  const plan = async (tables: Tables, { org, report }: PushedReport, identity: ImageIdentity, now: number) => {
    const { digest, repository } = await locate(tables, org, identity);
    const before = await tables.images.get(org, digest);
    const reports = await readReports(await tables.reports.of(org, digest));
    const named = addReportFacts(before === undefined ? readFacts({ facts: '' }) : readFacts(before), report);
    const facts = identity.reference === undefined ? named : addName(named, identity.reference, identity.tag);
    const { changed, rows } = await mergeReport(report, reports, now);
    const row: ImageRow = {
      ...(before ?? newImage(org, digest, repository, now)),
      facts: writeFacts(facts),
      ...(report.findings === undefined ? {} : scanOf(report, now)),
    };
    const policies = await readPolicies(tables, org);
    const evaluated = await evaluateImage(tables, row, changed, {
      policies: policies.set,
      knownExploited: knownExploited(),
      now,
      running: await isRunning(tables, org, digest, policies.set),
    });
    return { evaluated, rows: rows.map((one) => ({ ...one, org, digest, format: report.format, receivedAt: now })) };
  };

  /** Whatever a plan follows from: it holds as long as this stays the same. */
  const basisOf = async (tables: Tables, { org }: PushedReport, identity: ImageIdentity): Promise<string> => {
    const { digest } = await locate(tables, org, identity);
    const row = await tables.images.get(org, digest);
    const { key } = await readPolicies(tables, org);
    return JSON.stringify([digest, row?.facts, key]);
  };

  return {
    async add(pushed) {
      const { org, report, image, file, write } = pushed;
      const identity = identifyImage(image, report.image);
      const now = await store.now();
      await requireOrg(store, org);
      // Unpacking and counting take their time: nobody waits for that unless the image was changed meanwhile.
      const basis = await basisOf(store, pushed, identity);
      const planned = await plan(store, pushed, identity, now);
      const { row } = planned.evaluated;
      const detail = {
        org,
        format: report.format,
        ...(image === undefined ? {} : { image }),
        ...(file === undefined ? {} : { file }),
      };
      return await write({ target: `image:${row.repository}@${row.digest}`, detail }, async (tables) => {
        await requireOrg(tables, org);
        const isSame = (await basisOf(tables, pushed, identity)) === basis;
        const { evaluated, rows } = isSame ? planned : await plan(tables, pushed, identity, now);
        await tables.images.put({ ...evaluated.row, ...(isProvisional ? { nextChangeAt: now } : {}) });
        for (const one of rows) await tables.reports.put(one);
        await moveTag(tables, org, identity, evaluated.row.digest, now);
        await noteBase(tables, org, readFacts(evaluated.row).base);
        return { ...evaluated, kind: kindOf(report) };
      });
    },
  };
}

function kindOf({ findings, packages, attestations }: Report): IngestedReport['kind'] {
  if (findings !== undefined) return 'vulnerabilities';
  if (packages !== undefined) return 'sbom';
  return attestations?.provenance === true ? 'provenance' : 'vex';
}

/** Which image is meant, by what its tag points to where no digest is known. */
async function locate(
  tables: Pick<Tables, 'images' | 'tags'>,
  org: string,
  { digest, reference, tag }: ImageIdentity,
): Promise<{ digest: string; repository: string }> {
  if (reference === undefined) {
    const known = digest === undefined ? undefined : await tables.images.get(org, digest);
    if (known !== undefined) return known;
    throw new ApiProblem(
      422,
      'IMAGE_UNNAMED',
      `the report says the image's digest (${String(digest)}), which is not known here, and no name: name it (--image)`,
    );
  }
  const repository = repositoryOf(reference);
  if (digest !== undefined) return { digest, repository };
  const name = tag ?? 'latest';
  const pointed = await tables.tags.get(org, repository, name);
  return { digest: pointed?.digest ?? tagDigest(reference, name), repository };
}

/** A tag that points elsewhere now; since when it does, is when it was indexed. */
export async function moveTag(
  tables: Tables,
  org: string,
  { reference, tag }: ImageIdentity,
  digest: string,
  now: number,
): Promise<void> {
  if (reference === undefined || tag === undefined) return;
  const repository = repositoryOf(reference);
  const before = await tables.tags.get(org, repository, tag);
  if (before?.digest === digest) return;
  await tables.tags.put({ org, repository, tag, digest, indexedAt: now });
  const left = before && (await tables.images.get(org, before.digest));
  if (left !== undefined) {
    const facts = readFacts(left);
    const tags = facts.tags.filter((name) => name !== `${repository}:${tag}`);
    // Policies may speak of tags: it is evaluated anew.
    await tables.images.put({ ...left, facts: writeFacts({ ...facts, tags }), nextChangeAt: now });
  }
  if ((await readBases(tables, org)).has(repository)) await askRevaluation(tables, org);
}

export function newImage(org: string, digest: string, repository: string, now: number): ImageRow {
  return {
    ...{ org, digest, repository, facts: '', scanner: '', policies: '{}', grade: '', indexedAt: now },
    ...{ counts: undefined, fixable: undefined, knownExploited: undefined },
    ...{ scannedAt: undefined, databaseAt: undefined, nextChangeAt: undefined },
  };
}

function scanOf({ scanner, createdAt, databaseAt }: Report, now: number): Partial<ImageRow> {
  // A scanner whose clock is ahead does not make the scan younger than it is.
  return { scanner: printable(scanner?.name ?? '', 100), scannedAt: Math.min(createdAt ?? now, now), databaseAt };
}

type NewRow = Pick<ReportRow, 'kind' | 'data'>;

/** The image's reports with the new one in the place of the last of its kind, and what of that has to be written. */
async function mergeReport(
  report: Report,
  before: ImageReports,
  now: number,
): Promise<{ changed: ImageReports; rows: NewRow[] }> {
  const rows: NewRow[] = [];
  const changed = { ...before };
  if (report.findings !== undefined) {
    changed.vulnerabilities = withFirstSeen(report.findings, before.vulnerabilities ?? { findings: [], gone: [] }, now);
    rows.push({ kind: vulnerabilitiesKind, data: await packReport(changed.vulnerabilities) });
  }
  const { packages } = report;
  if (packages !== undefined && isBetterList(report, before.packages)) {
    changed.packages = packages;
    rows.push({ kind: packagesKind, data: await packReport({ packages }) });
  }
  if (kindOf(report) === 'provenance') rows.push({ kind: provenanceKind, data: await packReport({}) });
  if (kindOf(report) === 'vex') {
    const kind = `${vexKind}${documentId(report)}`;
    const others = before.vex.filter((document) => document.kind !== kind);
    if (others.length >= vexDocumentsAtMost)
      throw new ApiProblem(
        422,
        'REPORT_TOO_MANY',
        `the image has ${String(vexDocumentsAtMost)} VEX documents already: put what they say into fewer, or remove the image`,
      );
    changed.vex = [...others, { kind, statements: report.vex }];
    rows.push({ kind, data: await packReport({ vex: report.vex }) });
  }
  return { changed, rows };
}

/** A scanner's list without any licence is no reason to forget those of an SBOM. */
function isBetterList({ findings, packages = [] }: Report, before: ImageReports['packages']): boolean {
  const hasLicences = (list: NonNullable<Report['packages']>): boolean => list.some((one) => one.licenses.length > 0);
  return findings === undefined || before === undefined || hasLicences(packages) || !hasLicences(before);
}

/** One document takes the place of an earlier one of the same id; without an id, only of the very same. */
function documentId(report: Report): string {
  const text = report.documentId ?? JSON.stringify(report.vex);
  return createHash('sha256').update(`${report.format}\n${text}`).digest('hex').slice(0, 32);
}
