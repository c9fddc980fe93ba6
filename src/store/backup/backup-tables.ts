import type { Schema } from '../schema.ts';

type Columns = { readonly [T in keyof Schema]?: readonly [keyof Schema[T], ...(keyof Schema[T])[]] };

/**
 * What a backup holds, in the order in which it can be restored; the first column is the key, or the first few. What servers write
 * again by themselves (instances, presences, leases), sessions and samples are not in it.
 */
export const backupTables = {
  settings: ['name', 'value'],
  sealedKeys: ['name', 'sealed'],
  roles: ['name', 'permissions', 'hosts', 'createdAt'],
  users: ['name', 'passwordHash', 'role', 'createdAt'],
  loginGuards: ['key', 'failures', 'lockedUntil', 'failedAt'],
  tokens: [
    ...(['name', 'hash', 'kind', 'role', 'hosts', 'scope'] as const),
    ...(['createdBy', 'createdAt', 'expiresAt', 'lastUsedAt'] as const),
  ],
  hosts: [
    ...(['id', 'name', 'createdAt', 'joinedAt', 'lastSeenAt'] as const),
    ...(['agentVersion', 'agentUrl', 'exporter', 'status', 'statusSince'] as const),
  ],
  joinTokens: ['hash', 'hostId', 'expiresAt', 'usedAt', 'usedBy'],
  certificates: ['serial', 'hostId', 'publicKey', 'notBefore', 'notAfter', 'revokedAt'],
  inventories: ['hostId', 'receivedAt', 'containers'],
  orgs: ['name', 'createdAt'],
  orgOwners: ['org', 'userName'],
  images: [
    ...(['org', 'digest', 'repository', 'critical', 'high', 'medium', 'low', 'unspecified'] as const),
    ...(['fixableCritical', 'fixableHigh', 'fixableMedium', 'fixableLow', 'fixableUnspecified'] as const),
    ...(['knownExploited', 'scannedAt', 'databaseAt', 'scanner'] as const),
    ...(['outcomes', 'grade', 'nextChangeAt', 'indexedAt'] as const),
  ],
  imageDetails: ['org', 'digest', 'facts', 'policies'],
  tags: ['org', 'repository', 'tag', 'digest', 'indexedAt'],
  tagHistory: ['org', 'repository', 'tag', 'digest', 'since'],
  reports: ['org', 'digest', 'kind', 'format', 'receivedAt', 'data'],
  environmentImages: ['org', 'name', 'digest', 'recordedAt'],
  environmentRules: ['org', 'name', 'kind', 'value'],
  policySettings: ['org', 'id', 'isEnabled', 'config', 'changedAt'],
  auditEntries: ['number', 'at', 'actor', 'action', 'target', 'detail', 'previousHash', 'hash'],
  auditHead: ['id', 'number', 'hash', 'firstNumber', 'firstPreviousHash', 'keyId', 'signature'],
  auditCounts: ['action', 'count'],
} as const satisfies Columns;

/** Emptied by a restore as well. */
export const transientTables = [
  'sessions',
  'instances',
  'presences',
  'batches',
  'leases',
] as const satisfies readonly (keyof Schema)[];

export type BackupTable = keyof typeof backupTables;

/** Of how many columns a key is, where it is not one. */
const keyWidths: Readonly<Partial<Record<BackupTable, number>>> = {
  orgOwners: 2,
  images: 2,
  imageDetails: 2,
  tags: 3,
  tagHistory: 4,
  reports: 3,
  environmentImages: 3,
  environmentRules: 4,
  policySettings: 2,
};

export function keyOf(table: BackupTable): readonly string[] {
  return backupTables[table].slice(0, keyWidths[table] ?? 1);
}

export const backupTableNames = Object.keys(backupTables) as readonly BackupTable[];

export function isBackupTable(name: string): name is BackupTable {
  return Object.hasOwn(backupTables, name);
}
