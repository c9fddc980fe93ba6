import type { Finding, Package, Severity } from './report.ts';

/** A finding, and when this server saw it in this image for the first time. */
export interface SeenFinding extends Finding {
  /** Unix milliseconds; undefined where that was never written down. */
  firstSeenAt?: number | undefined;
}

/** How many findings of each severity. */
export type SeverityCounts = Readonly<Record<Severity, number>>;

/**
 * Everything that is known of one image, by its digest. Whatever is undefined is not known, and nothing may be
 * concluded from it; an empty list or text is known to be empty.
 */
export interface ImageFacts {
  /** The manifest's digest, `sha256:...`. */
  digest: string;
  /** Every repository that has it, as `registry/path`: `docker.io/library/nginx`. */
  repositories: readonly string[];
  /** The tags that point to it now, without their repository. */
  tags: readonly string[];
  /** `Config.User` of the image; an empty text is root. */
  user?: string | undefined;
  /** The image it was built on, as its maker named it, and what that name pointed to then. */
  base?: { name: string; digest?: string | undefined } | undefined;
  labels?: Readonly<Record<string, string>> | undefined;
  /** Unix milliseconds, like every time here. */
  createdAt?: number | undefined;
  /** Of the last report that had figures, without what a VEX document took out. undefined: there was none. */
  findings?: readonly SeenFinding[] | undefined;
  /** Of the last report or SBOM that lists packages. undefined: there was none. */
  packages?: readonly Package[] | undefined;
  /** Whether the image has them, attached to it or given to this server. undefined: nobody looked. */
  attestations: { sbom?: boolean | undefined; provenance?: boolean | undefined };
  scanner?: { name: string; version: string } | undefined;
  scannedAt?: number | undefined;
  databaseAt?: number | undefined;
  /** Whether a container runs it now, on any host that is known. undefined: no host is known. */
  running?: boolean | undefined;
}
