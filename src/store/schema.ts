import type { Generated } from 'kysely';
import type { SupplyChainSchema } from './supply-chain-schema.ts';

/**
 * The tables as queries see them. Names are camelCase here and snake_case in the database. Every number is whole:
 * times are Unix milliseconds, truth values 0 and 1. Structures are JSON.
 */
export interface Schema extends SupplyChainSchema {
  settings: { name: string; value: string };
  dataKey: DataKeyTable;
  sealedKeys: { name: string; sealed: Uint8Array };
  roles: { name: string; permissions: string; hosts: string | null; createdAt: number };
  users: { name: string; passwordHash: string; role: string; createdAt: number };
  sessions: { idHash: string; userName: string; csrf: string; createdAt: number; expiresAt: number };
  loginGuards: { key: string; failures: number; lockedUntil: number; failedAt: number };
  tokens: TokenTable;
  hosts: HostTable;
  joinTokens: {
    hash: string;
    hostId: string;
    expiresAt: number;
    usedAt: number | null;
    usedBy: string | null;
  };
  certificates: {
    serial: string;
    hostId: string | null;
    publicKey: string;
    notBefore: number;
    notAfter: number;
    revokedAt: number | null;
  };
  instances: {
    id: string;
    serverId: string;
    version: string;
    address: string;
    startedAt: number;
    seenAt: number;
  };
  presences: {
    hostId: string;
    instanceId: string;
    connectionId: string;
    connectedAt: number;
    heardAt: number;
    facts: string;
  };
  inventories: { hostId: string; receivedAt: number; containers: string };
  batches: BatchTable;
  leases: { name: string; holder: string; expiresAt: number };
  auditEntries: AuditEntryTable;
  auditHead: AuditHeadTable;
  auditCounts: { action: string; count: number };
}

/** One row: which data key the sealed keys are sealed with, and on PostgreSQL that key, wrapped. */
export interface DataKeyTable {
  id: number;
  keyId: string;
  /** What wraps it; `file`: it is not in the database. */
  protection: 'file' | 'secret' | 'password' | 'name';
  salt: Uint8Array | null;
  wrapped: Uint8Array | null;
}

export interface TokenTable {
  name: string;
  hash: string;
  kind: string;
  role: string;
  hosts: string | null;
  scope: string;
  createdBy: string;
  createdAt: number;
  expiresAt: number | null;
  lastUsedAt: number | null;
}

export interface HostTable {
  id: string;
  name: string;
  createdAt: number;
  joinedAt: number | null;
  lastSeenAt: number | null;
  agentVersion: string;
  agentUrl: string;
  exporter: string;
  status: string;
  statusSince: number;
}

export interface BatchTable {
  id: Generated<number>;
  hostId: string;
  bootId: string;
  number: number;
  at: number;
  receivedAt: number;
  isLate: number;
  instanceId: string;
  data: Uint8Array;
}

export interface AuditEntryTable {
  number: number;
  at: number;
  actor: string;
  action: string;
  target: string;
  /** Canonical JSON. */
  detail: string;
  previousHash: string;
  hash: string;
}

/** One row. */
export interface AuditHeadTable {
  id: number;
  number: number;
  hash: string;
  firstNumber: number;
  firstPreviousHash: string;
  /** Of the key that signs. */
  keyId: string;
  signature: string;
}
