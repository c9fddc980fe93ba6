/** From the most severe to the least; `unspecified` where no word was given. */
export const severities = ['critical', 'high', 'medium', 'low', 'unspecified'] as const;
export type Severity = (typeof severities)[number];

/** One vulnerability in one package of one image: the unit that is counted. */
export interface Finding {
  /** The id that is shown: the first CVE in alphabetical order, else GHSA, else the first. */
  id: string;
  /** Every other id that the report itself calls the same. */
  aliases: readonly string[];
  package: PackageRef;
  severity: Severity;
  /** The versions that have it no more, as the report names them; empty: no fix known. */
  fixedVersions: readonly string[];
  title?: string | undefined;
  url?: string | undefined;
  /** Unix milliseconds at which it became known, where the report says so. */
  publishedAt?: number | undefined;
}

export interface PackageRef {
  name: string;
  version: string;
  purl?: string | undefined;
}

export interface Package extends PackageRef {
  /** SPDX ids or names as the report gives them; expressions are kept whole. */
  licenses: readonly string[];
}

/** What a report says of the image it was made from; every part may be missing. */
export interface ReportedImage {
  /** As the scanner was given it: `registry/app:1.2`, `app@sha256:...`. */
  reference?: string | undefined;
  /** The manifest's digest (`sha256:...`), never the image's id. */
  digest?: string | undefined;
  /** The image's id: the digest of its configuration. */
  imageId?: string | undefined;
  /** `Config.User` of the image; an empty text is root, missing is unknown. */
  user?: string | undefined;
  /** The base image, where the report or the image's own labels (org.opencontainers.image.base.*) name it. */
  base?: { name: string; digest?: string | undefined } | undefined;
  labels?: Readonly<Record<string, string>> | undefined;
  createdAt?: number | undefined;
}

/** What a VEX document says of one vulnerability. Of several statements about the same, the last one holds. */
export interface VexStatement {
  id: string;
  aliases: readonly string[];
  status: 'not_affected' | 'false_positive' | 'fixed' | 'affected' | 'under_investigation';
  /** What it is said of: images, or packages by purl; empty: whatever the document is put beside. */
  products: readonly string[];
  /** Which packages inside of these products, by purl; undefined: any. */
  subcomponents?: readonly string[] | undefined;
}

export type ReportFormat =
  | 'trivy'
  | 'trivy-legacy'
  | 'grype'
  | 'cyclonedx'
  | 'spdx'
  | 'sarif'
  | 'osv-scanner'
  | 'gitlab'
  | 'openvex'
  | 'provenance';

/** A report of any format, counted by the rules in docs/counting.md. */
export interface Report {
  format: ReportFormat;
  /** The format's own version, as the file says it. */
  formatVersion: string;
  scanner: { name: string; version: string } | undefined;
  /** Unix milliseconds; of the scan, and of the scanner's database. */
  createdAt: number | undefined;
  databaseAt: number | undefined;
  image: ReportedImage;
  /** undefined: says nothing of vulnerabilities (an SBOM, or VEX). An empty list: none found. */
  findings: readonly Finding[] | undefined;
  /** undefined: says nothing of packages. */
  packages: readonly Package[] | undefined;
  /** Statements of a VEX document; empty for anything else. */
  vex: readonly VexStatement[];
  /** What it is evidence of, beside what it lists. */
  attestations?: { sbom?: boolean; provenance?: boolean } | undefined;
  /** The document's own id, where it has one: a later document of the same id takes its place. */
  documentId?: string | undefined;
}
