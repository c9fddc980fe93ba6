import type { Page } from './store.ts';

/** The supply chain's part of the state: organisations, images, reports, environments and policies. */
export interface SupplyChainTables {
  readonly orgs: Orgs;
  readonly images: Images;
  readonly tags: Tags;
  readonly reports: Reports;
  readonly environments: Environments;
  readonly automaticEnvironments: AutomaticEnvironments;
  readonly policySettings: PolicySettings;
}

export interface OrgRow {
  name: string;
  createdAt: number;
}

export interface Orgs {
  /** With its first owner, who has to be a user; false: the name is taken. */
  create(name: string, owner: string): Promise<boolean>;
  get(name: string): Promise<OrgRow | undefined>;
  list(page: Page): Promise<readonly OrgRow[]>;
  owners(name: string): Promise<readonly string[]>;
  isOwner(name: string, user: string): Promise<boolean>;
  addOwner(name: string, user: string): Promise<void>;
  /** With everything that belongs to it; its tokens (org-scope.ts) are revoked. */
  remove(name: string): Promise<boolean>;
}

/** One image of an organisation, known by its digest. */
export interface ImageRow {
  org: string;
  /** The manifest's digest; of an image that was only ever named by repository and tag: `tag:` and the normalised name. */
  digest: string;
  /** Normalised: `docker.io/library/nginx`. */
  repository: string;
  /** JSON of what is known besides reports (supply-chain/image-facts.ts without findings and packages). */
  facts: string;
  /** Of the last report with vulnerabilities, after VEX; undefined: never scanned. */
  counts: SeverityCounts | undefined;
  fixable: SeverityCounts | undefined;
  knownExploited: number | undefined;
  scannedAt: number | undefined;
  databaseAt: number | undefined;
  scanner: string;
  /** JSON: policy id -> result (supply-chain/policies). */
  policies: string;
  grade: string;
  /** When a policy's result may change by the clock alone. */
  nextChangeAt: number | undefined;
  indexedAt: number;
}

export interface SeverityCounts {
  critical: number;
  high: number;
  medium: number;
  low: number;
  unspecified: number;
}

export interface Images {
  /** Writes the whole row, new or not; of an organisation that is there. */
  put(row: ImageRow): Promise<void>;
  get(org: string, digest: string): Promise<ImageRow | undefined>;
  /** The newest first, 1,000 at most. */
  ofRepository(org: string, repository: string): Promise<readonly ImageRow[]>;
  list(org: string, page: Page): Promise<readonly ImageRow[]>;
  /** All of an organisation, for the exposition: `facts` is empty, and of each policy only `result` is there. */
  all(org: string): Promise<readonly ImageRow[]>;
  /** Those of all organisations whose results may have changed by now. */
  due(now: number, limit: number): Promise<readonly ImageRow[]>;
  /** With its reports, tags and places in environments. */
  remove(org: string, digest: string): Promise<boolean>;
}

export interface TagRow {
  org: string;
  repository: string;
  tag: string;
  digest: string;
  indexedAt: number;
}

/** Where tags point; they move. */
export interface Tags {
  /** Of an image that is there at the end of the transaction. */
  put(row: TagRow): Promise<void>;
  get(org: string, repository: string, tag: string): Promise<TagRow | undefined>;
  /**
   * The digests that it points to and has pointed to, the newest first, 100 at most, each with the time since when
   * (its last one, where it came back). Also of images that were removed.
   */
  history(org: string, repository: string, tag: string): Promise<readonly { digest: string; since: number }[]>;
  all(org: string): Promise<readonly TagRow[]>;
}

export interface ReportRow {
  org: string;
  digest: string;
  /** vulnerabilities, sbom, provenance, or `vex:` and the document's id: one of each counts, the last accepted. */
  kind: string;
  format: string;
  receivedAt: number;
  /** The normalised report, compressed. */
  data: Uint8Array;
}

export interface Reports {
  /** Of an image that is there at the end of the transaction. */
  put(row: ReportRow): Promise<void>;
  of(org: string, digest: string): Promise<readonly ReportRow[]>;
}

export interface EnvironmentRow {
  org: string;
  name: string;
  digest: string;
  recordedAt: number;
}

/** Images recorded in environments by hand; an environment exists while it has an image. */
export interface Environments {
  /** false: it was there already, or there is no such image. */
  record(org: string, name: string, digest: string): Promise<boolean>;
  remove(org: string, name: string, digest: string): Promise<boolean>;
  all(org: string): Promise<readonly EnvironmentRow[]>;
}

export interface AutomaticEnvironmentRow {
  org: string;
  name: string;
  kind: 'host' | 'stack' | 'label';
  /** The host's or stack's name, or `key=value`. */
  value: string;
}

/** Rules by which what runs is in an environment. */
export interface AutomaticEnvironments {
  create(row: AutomaticEnvironmentRow): Promise<boolean>;
  remove(row: AutomaticEnvironmentRow): Promise<boolean>;
  all(org: string): Promise<readonly AutomaticEnvironmentRow[]>;
}

export interface PolicySettingRow {
  org: string;
  /** One of the built-in ids, or the user's own. */
  id: string;
  isEnabled: boolean;
  /** JSON; of a user's own policy with displayName and expression. */
  config: string;
  changedAt: number;
}

/** What differs from the defaults. */
export interface PolicySettings {
  put(row: Omit<PolicySettingRow, 'changedAt'>): Promise<void>;
  remove(org: string, id: string): Promise<boolean>;
  all(org: string): Promise<readonly PolicySettingRow[]>;
}
