import { Environment } from '@marcbachmann/cel-js';
import type { ImageFacts, SeenFinding } from '../image-facts.ts';
import { severities } from '../report.ts';
import { matchesGlob } from './glob.ts';
import { idsOf } from './high-profile-vulnerabilities.ts';
import type { PolicyContext } from './policy.ts';

/** What an expression can speak of: variables, and the fields of each record with CEL's types. */
const records = {
  Base: { name: 'string', digest: 'string' },
  Image: {
    digest: 'string',
    repositories: 'list<string>',
    tags: 'list<string>',
    user: 'string',
    labels: 'map<string, string>',
    base: 'Base',
    createdAt: 'google.protobuf.Timestamp',
    running: 'bool',
  },
  Finding: {
    id: 'string',
    aliases: 'list<string>',
    package: 'string',
    version: 'string',
    severity: 'string',
    fixable: 'bool',
    fixedVersions: 'list<string>',
    title: 'string',
    publishedAt: 'google.protobuf.Timestamp',
    firstSeenAt: 'google.protobuf.Timestamp',
    knownExploited: 'bool',
  },
  Package: { name: 'string', version: 'string', purl: 'string', licenses: 'list<string>' },
  Counts: {
    critical: 'int',
    high: 'int',
    medium: 'int',
    low: 'int',
    unspecified: 'int',
    fixable: 'int',
    total: 'int',
  },
  Attestations: { sbom: 'bool', provenance: 'bool' },
  Scan: {
    scanner: 'string',
    version: 'string',
    scannedAt: 'google.protobuf.Timestamp',
    databaseAt: 'google.protobuf.Timestamp',
  },
} as const;
type RecordName = keyof typeof records;

export const variableTypes = {
  image: 'Image',
  findings: 'list<Finding>',
  counts: 'Counts',
  packages: 'list<Package>',
  attestations: 'Attestations',
  scan: 'Scan',
  now: 'google.protobuf.Timestamp',
} as const;
export type VariableName = keyof typeof variableTypes;

export function isVariableName(name: string): name is VariableName {
  return Object.hasOwn(variableTypes, name);
}

/** The library tells records apart by their constructor. */
const constructors = Object.fromEntries(
  Object.keys(records).map((name) => [name, createConstructor()]),
) as unknown as Record<RecordName, new () => object>;

function createConstructor(): unknown {
  return function Record() {};
}

/** What is longer or more is cut, so that the cost of an expression is bounded by the number of findings and packages. */
const textAtMost = 512;
export const innerListAtMost = 100;
const outerListAtMost = 1000;

/** Bounds of the grammar; those of cost are in expression-cost.ts. */
const limits = { maxAstNodes: 1000, maxDepth: 32, maxListElements: 200, maxMapEntries: 0, maxCallArguments: 4 };

/** Cloned for each expression: the library remembers names that it has been asked for. */
export const expressionEnvironment = createEnvironment();

function createEnvironment(): Environment {
  const environment = new Environment({ limits });
  for (const [name, fields] of Object.entries(records)) {
    environment.registerType(name, { ctor: constructors[name as RecordName], fields });
  }
  for (const [name, type] of Object.entries(variableTypes)) environment.registerVariable(name, type);
  environment.registerFunction('string.glob(string): bool', (text: string, pattern: string) =>
    matchesGlob(pattern, text),
  );
  return environment;
}

export type Variables = Readonly<Record<VariableName, unknown>>;

/** The values of the variables that are used; undefined where nothing is known. */
export function toVariables(facts: ImageFacts, context: PolicyContext, used: ReadonlySet<string>): Variables {
  const { findings, packages, base } = facts;
  const wants = (name: VariableName, value: unknown): boolean => value !== undefined && used.has(name);
  return {
    image: record('Image', {
      digest: clipped(facts.digest),
      repositories: texts(facts.repositories, outerListAtMost),
      tags: texts(facts.tags, outerListAtMost),
      user: clipped(facts.user),
      labels: labelMap(facts.labels),
      base: base && record('Base', { name: clipped(base.name), digest: clipped(base.digest) }),
      createdAt: time(facts.createdAt),
      running: facts.running,
    }),
    findings: wants('findings', findings) ? findings?.map((one) => findingRecord(one, context)) : undefined,
    counts: wants('counts', findings) ? countsRecord(findings ?? []) : undefined,
    packages: wants('packages', packages)
      ? packages?.map(({ name, version, purl, licenses }) =>
          record('Package', {
            name: clipped(name),
            version: clipped(version),
            purl: clipped(purl),
            licenses: texts(licenses, innerListAtMost),
          }),
        )
      : undefined,
    attestations: record('Attestations', facts.attestations),
    scan: record('Scan', {
      scanner: clipped(facts.scanner?.name),
      version: clipped(facts.scanner?.version),
      scannedAt: time(facts.scannedAt),
      databaseAt: time(facts.databaseAt),
    }),
    now: time(startOfHour(context.now)),
  };
}

const hour = 3_600_000;

/** `now` moves once an hour, so that whoever evaluates on time sees what anybody else sees. */
export function startOfHour(now: number): number {
  return Math.floor(now / hour) * hour;
}

export function nextHour(now: number): number {
  return startOfHour(now) + hour;
}

function record(name: RecordName, values: object): object {
  return Object.assign(new constructors[name](), values);
}

function findingRecord(finding: SeenFinding, { knownExploited }: PolicyContext): object {
  const { id, aliases, severity, fixedVersions, title } = finding;
  return record('Finding', {
    id: clipped(id),
    aliases: texts(aliases, innerListAtMost),
    package: clipped(finding.package.name),
    version: clipped(finding.package.version),
    severity,
    fixable: fixedVersions.length > 0,
    fixedVersions: texts(fixedVersions, innerListAtMost),
    title: clipped(title),
    publishedAt: time(finding.publishedAt),
    firstSeenAt: time(finding.firstSeenAt),
    knownExploited: knownExploited && idsOf(finding).some((one) => knownExploited.entries.has(one)),
  });
}

function countsRecord(findings: readonly SeenFinding[]): object {
  const counts = Object.fromEntries(
    severities.map((severity) => [severity, BigInt(findings.filter((one) => one.severity === severity).length)]),
  );
  const fixable = BigInt(findings.filter((one) => one.fixedVersions.length > 0).length);
  return record('Counts', { ...counts, fixable, total: BigInt(findings.length) });
}

function clipped(text: string | undefined): string | undefined {
  return text?.slice(0, textAtMost);
}

function texts(list: readonly string[], atMost: number): string[] {
  return list.slice(0, atMost).map((text) => text.slice(0, textAtMost));
}

function labelMap(labels: Readonly<Record<string, string>> | undefined): Map<string, string> | undefined {
  if (labels === undefined) return undefined;
  const entries = Object.entries(labels).slice(0, outerListAtMost);
  return new Map(entries.map(([name, value]) => [name, value.slice(0, textAtMost)]));
}

function time(milliseconds: number | undefined): Date | undefined {
  if (milliseconds === undefined) return undefined;
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
