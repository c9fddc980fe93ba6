import type { SeverityCounts } from './supply-chain.ts';

/** The supply chain's tables as queries see them, see schema.ts. */
export interface SupplyChainSchema {
  orgs: { name: string; createdAt: number };
  orgOwners: { org: string; userName: string };
  images: ImageTable;
  /** What is long of an image, apart from what every scrape reads. */
  imageDetails: { org: string; digest: string; facts: string; policies: string };
  tags: { org: string; repository: string; tag: string; digest: string; indexedAt: number };
  tagHistory: { org: string; repository: string; tag: string; digest: string; since: number };
  reports: { org: string; digest: string; kind: string; format: string; receivedAt: number; data: Uint8Array };
  environmentImages: { org: string; name: string; digest: string; recordedAt: number };
  environmentRules: { org: string; name: string; kind: 'host' | 'stack' | 'label'; value: string };
  policySettings: { org: string; id: string; isEnabled: number; config: string; changedAt: number };
}

type NullableCounts = { [S in keyof SeverityCounts]: number | null };
type NullableFixableCounts = { [S in keyof SeverityCounts as `fixable${Capitalize<S>}`]: number | null };

export interface ImageTable extends NullableCounts, NullableFixableCounts {
  org: string;
  digest: string;
  repository: string;
  knownExploited: number | null;
  scannedAt: number | null;
  databaseAt: number | null;
  scanner: string;
  /** The details' `policies` without reasons. */
  outcomes: string;
  grade: string;
  nextChangeAt: number | null;
  indexedAt: number;
}
