import type { Permission } from '../protocol/permissions.ts';
import type { SupplyChainTables } from './supply-chain.ts';

/**
 * The server's state, behind one small interface: SQLite in the data folder, or PostgreSQL. Nothing outside src/store
 * knows which. All times are Unix milliseconds by the database's clock. Methods throw StoreError (STORE_UNAVAILABLE,
 * STORE_FULL, ...) when the database cannot do it; what a caller can do wrong is in the return values.
 */
export interface Store extends Tables {
  readonly kind: 'sqlite' | 'postgres';
  /** Names this server for good (a UUID kept in the data folder); empty for a tool. */
  readonly serverId: string;
  /** The database's clock. */
  now(): Promise<number>;
  /** All of `work` or nothing; transactions that append to the audit log happen one after the other. Not to be nested. */
  transaction<T>(work: (tables: Tables) => Promise<T>): Promise<T>;
  /** Every row of every table at one moment as JSON lines, for `server backup`; the first line says what it is. */
  dump(): AsyncIterable<string>;
  /** Can be called twice. */
  close(): Promise<void>;
}

export interface Tables extends SupplyChainTables {
  readonly settings: Settings;
  readonly keys: KeyVault;
  readonly roles: Roles;
  readonly users: Users;
  readonly sessions: Sessions;
  readonly loginGuards: LoginGuards;
  readonly tokens: Tokens;
  readonly hosts: Hosts;
  readonly joinTokens: JoinTokens;
  readonly certificates: Certificates;
  readonly instances: Instances;
  readonly presences: Presences;
  readonly inventories: Inventories;
  readonly batches: Batches;
  readonly leases: Leases;
  readonly audit: Audit;
}

/** Small texts by name, shared by all servers: the agents' address as last configured, the CA's certificate, ... */
export interface Settings {
  get(name: string): Promise<string | undefined>;
  set(name: string, value: string): Promise<void>;
}

/** Private keys (PEM or any text), encrypted (AES-256-GCM) with a key that is not in the database. */
export interface KeyVault {
  /** Throws STORE_KEY_WRONG when it cannot be decrypted. */
  get(name: string): Promise<string | undefined>;
  /** Stores it if there is none of this name; returns what is stored now (another server may have been first). */
  putIfAbsent(name: string, value: string): Promise<string>;
  replace(name: string, value: string): Promise<void>;
}

export interface RoleRow {
  name: string;
  permissions: readonly Permission[];
  /** Host names the role is limited to; undefined: all. */
  hosts: readonly string[] | undefined;
  createdAt: number;
}

/** Custom roles; the built-in ones are not here. */
export interface Roles {
  /** false: the name is taken. */
  create(role: Omit<RoleRow, 'createdAt'>): Promise<boolean>;
  get(name: string): Promise<RoleRow | undefined>;
  list(page: Page): Promise<readonly RoleRow[]>;
  /** `used`: users or tokens have it. */
  remove(name: string): Promise<'removed' | 'unknown' | 'used'>;
}

/** A page of rows in the order of their names (or other key), after the given one. */
export interface Page {
  /** At most this many. */
  limit: number;
  /** The key of the last row of the page before; undefined for the first page. */
  after?: string | undefined;
}

export interface UserRow {
  name: string;
  /** As server/auth writes it: `scrypt$...`. */
  passwordHash: string;
  role: string;
  createdAt: number;
}

export interface Users {
  create(user: Omit<UserRow, 'createdAt'>): Promise<boolean>;
  get(name: string): Promise<UserRow | undefined>;
  list(page: Page): Promise<readonly UserRow[]>;
  count(): Promise<number>;
  /** How many have this role. */
  countWithRole(role: string): Promise<number>;
  setPassword(name: string, passwordHash: string): Promise<boolean>;
  setRole(name: string, role: string): Promise<boolean>;
  /** Its sessions go with it, its tokens of organisations, and what it is owner of is without it. */
  remove(name: string): Promise<boolean>;
}

export interface SessionRow {
  /** SHA-256 of the cookie's value, hexadecimal. */
  idHash: string;
  user: string;
  csrf: string;
  createdAt: number;
  expiresAt: number;
}

export interface Sessions {
  create(session: SessionRow): Promise<void>;
  /** undefined also for one that has expired. */
  get(idHash: string): Promise<SessionRow | undefined>;
  remove(idHash: string): Promise<void>;
  removeOfUser(user: string): Promise<void>;
  removeExpired(): Promise<number>;
}

export interface LoginGuardRow {
  failures: number;
  /** 0: not locked. */
  lockedUntil: number;
}

/** Failed logins by key (`user:ann`, `address:10.0.0.1`), shared by all servers. */
export interface LoginGuards {
  get(key: string): Promise<LoginGuardRow>;
  /** Counts one failure more, in one statement, and sets the lock; returns the new count. */
  fail(key: string, lockMs: (failures: number) => number): Promise<LoginGuardRow>;
  clear(key: string): Promise<void>;
  /** Forgets those whose last failure is older than this. */
  removeOlderThan(ms: number): Promise<number>;
}

export interface TokenRow {
  name: string;
  /** SHA-256 of the token, hexadecimal. */
  hash: string;
  /** `api`; later parts of the server have kinds of their own. */
  kind: string;
  role: string;
  /** Host names it is limited to; undefined: all. */
  hosts: readonly string[] | undefined;
  /** What a kind of its own needs, as JSON; empty for `api`. */
  scope: string;
  createdBy: string;
  createdAt: number;
  /** undefined: never. */
  expiresAt: number | undefined;
  lastUsedAt: number | undefined;
}

export interface Tokens {
  create(token: Omit<TokenRow, 'createdAt' | 'lastUsedAt'>): Promise<boolean>;
  /** By the token's hash, expired ones too. */
  find(hash: string): Promise<TokenRow | undefined>;
  get(name: string): Promise<TokenRow | undefined>;
  list(page: Page): Promise<readonly TokenRow[]>;
  /** Notes a use now; at most one write a minute for a token. */
  touch(hash: string): Promise<void>;
  /** Revocation is removal: it holds from the next request on. */
  remove(name: string): Promise<boolean>;
  removeExpiredBefore(time: number): Promise<number>;
}

export interface HostRow {
  /** UUID, given at `host add`, never reused. */
  id: string;
  name: string;
  createdAt: number;
  /** When the agent got its first certificate; undefined: never joined. */
  joinedAt: number | undefined;
  /** The last heartbeat, kept across restarts (written with each presence). */
  lastSeenAt: number | undefined;
  agentVersion: string;
  /** The agents' addresses named at `host add`; empty for the server's usual one. */
  agentUrl: string;
  /** JSON of the hello's `exporter`, with the peer's address for `0.0.0.0`; empty where there is none. */
  exporter: string;
  /** As the evaluating server last wrote it, for the log of changes; the truth is computed when asked. */
  status: string;
  statusSince: number;
}

export interface Hosts {
  /** false: the name is taken. */
  create(host: Pick<HostRow, 'id' | 'name' | 'agentUrl'>): Promise<boolean>;
  get(name: string): Promise<HostRow | undefined>;
  getById(id: string): Promise<HostRow | undefined>;
  list(page: Page): Promise<readonly HostRow[]>;
  all(): Promise<readonly HostRow[]>;
  update(
    id: string,
    change: Partial<Pick<HostRow, 'joinedAt' | 'agentVersion' | 'exporter' | 'status' | 'statusSince'>>,
  ): Promise<boolean>;
  /** With everything that belongs to it; its certificates stay, revoked. Returns its id. */
  remove(name: string): Promise<string | undefined>;
}

export interface JoinTokenRow {
  hash: string;
  hostId: string;
  expiresAt: number;
  usedAt: number | undefined;
  /** SHA-256 of the public key that used it, hexadecimal. */
  usedBy: string | undefined;
}

export interface JoinTokens {
  /** Earlier tokens of the host end. */
  create(token: Pick<JoinTokenRow, 'hash' | 'hostId' | 'expiresAt'>): Promise<void>;
  get(hash: string): Promise<JoinTokenRow | undefined>;
  /**
   * Uses it for this key, in one statement. `used`: another key was first; `expired`; `unknown`. The same key may use
   * it again until it expires.
   */
  use(hash: string, publicKey: string): Promise<{ hostId: string } | 'used' | 'expired' | 'unknown'>;
  removeExpiredBefore(time: number): Promise<number>;
}

export interface CertificateRow {
  /** Hexadecimal. */
  serial: string;
  /** undefined: the server's own. */
  hostId: string | undefined;
  /** SHA-256 of the public key (SPKI, DER), hexadecimal. */
  publicKey: string;
  notBefore: number;
  notAfter: number;
  revokedAt: number | undefined;
}

export interface Certificates {
  create(certificate: Omit<CertificateRow, 'revokedAt'>): Promise<void>;
  get(serial: string): Promise<CertificateRow | undefined>;
  /** Those of a host, newest first. */
  ofHost(hostId: string): Promise<readonly CertificateRow[]>;
  /** Of the hosts given, the ids of those that are removed or have no certificate in force any more. */
  withoutRight(serials: readonly string[]): Promise<readonly string[]>;
  revokeOfHost(hostId: string): Promise<number>;
  removeExpiredBefore(time: number): Promise<number>;
}

/** The servers that run on this database. */
export interface InstanceRow {
  /** Random for each start of a process. */
  id: string;
  serverId: string;
  version: string;
  address: string;
  startedAt: number;
  seenAt: number;
}

export interface Instances {
  /** Registers a start; entries of the same server (its earlier starts) end, and their presences with them. */
  start(instance: Pick<InstanceRow, 'id' | 'serverId' | 'version' | 'address'>): Promise<void>;
  /** Says that it is alive; false when it was forgotten meanwhile, and has to start anew. */
  beat(id: string): Promise<boolean>;
  end(id: string): Promise<void>;
  all(): Promise<readonly InstanceRow[]>;
  /** Forgets those not seen for this long, with their presences. */
  removeOlderThan(ms: number): Promise<number>;
}

/** What a server last heard of a host; one row a host, the newest connection's. */
export interface PresenceRow {
  hostId: string;
  instanceId: string;
  connectionId: string;
  connectedAt: number;
  /** The last heartbeat; 0 before the first. */
  heardAt: number;
  /** JSON of the heartbeat's facts, see server/fleet/presence-facts.ts. */
  facts: string;
}

export interface Presences {
  /** Writes several at once, each only if its connection is the host's newest (by connectedAt), and the hosts' lastSeenAt. */
  write(rows: readonly PresenceRow[]): Promise<void>;
  all(): Promise<readonly PresenceRow[]>;
  of(hostId: string): Promise<PresenceRow | undefined>;
}

export interface InventoryRow {
  hostId: string;
  /** By the server's (database's) clock. */
  receivedAt: number;
  /** JSON: InventoryContainer[] (protocol/frames.ts). */
  containers: string;
}

export interface Inventories {
  write(row: Omit<InventoryRow, 'receivedAt'>): Promise<void>;
  all(): Promise<readonly InventoryRow[]>;
  of(hostId: string): Promise<InventoryRow | undefined>;
}

export interface BatchRow {
  /** Grows with each stored batch. */
  id: number;
  hostId: string;
  bootId: string;
  /** The batch's number in its boot. */
  number: number;
  /** When the samples were taken, corrected to the database's clock. */
  at: number;
  receivedAt: number;
  isLate: boolean;
  instanceId: string;
  /** Self-contained: see server/samples/stored-batch.ts. */
  data: Uint8Array;
}

/** Batches of samples as agents delivered them, for an hour or so; long-term series belong to Prometheus. */
export interface Batches {
  /** Stores several in one transaction; for each whether it is new, or was there already (host, boot and number). */
  add(batches: readonly Omit<BatchRow, 'id' | 'receivedAt'>[]): Promise<readonly ('stored' | 'duplicate')[]>;
  /** Those stored after the given id, oldest first. */
  after(id: number, limit: number): Promise<readonly BatchRow[]>;
  /** A host's, by the time they were taken, oldest first. */
  ofHost(hostId: string, from: number, to: number, limit: number): Promise<readonly BatchRow[]>;
  /** Late ones received since, of all hosts, oldest first by the time they were taken; at most `limit` of them. */
  lateSince(receivedAt: number, limit?: number): Promise<readonly BatchRow[]>;
  /** The newest of each host. */
  latest(): Promise<readonly BatchRow[]>;
  /** The largest id; 0 where there is none. */
  lastId(): Promise<number>;
  removeBefore(at: number): Promise<number>;
}

/** Rights that one server at a time has, for a while. */
export interface Leases {
  /** Takes or renews it; true: the holder has it until now + ttlMs. Atomic, by the database's clock. */
  hold(name: string, holder: string, ttlMs: number): Promise<boolean>;
  release(name: string, holder: string): Promise<void>;
}

export interface AuditEntry {
  /** 1, 2, 3, ... without gaps. */
  number: number;
  at: number;
  /** `user:ann`, `token:prometheus`, `host:web-1`, `local`, `server`. */
  actor: string;
  /** `host.create`, `token.revoke`, ... */
  action: string;
  target: string;
  /** A JSON object; never a secret. */
  detail: Readonly<Record<string, unknown>>;
  /** Hexadecimal SHA-256; the entry's hash covers all fields and the hash before. */
  previousHash: string;
  hash: string;
}

export interface AuditHead {
  number: number;
  hash: string;
  /** The first entry that is kept, after retention; what is before it was removed on purpose. */
  firstNumber: number;
  /** Ed25519 over all of the above and the firsts' previous hash, base64. */
  signature: string;
}

export type AuditVerdict =
  | { valid: true; entries: number; head: AuditHead }
  /** The first bad entry; 0 where only the head is bad. */
  | { valid: false; number: number; reason: string };

export interface Audit {
  /** In a transaction: with what it tells of, or not at all. */
  append(entry: Pick<AuditEntry, 'actor' | 'action' | 'target' | 'detail'>): Promise<AuditEntry>;
  /** Newest first, before the given number. */
  list(options: {
    limit: number;
    before?: number | undefined;
    action?: string | undefined;
  }): Promise<readonly AuditEntry[]>;
  /** Oldest first, all that are kept. */
  export(): AsyncIterable<AuditEntry>;
  head(): Promise<AuditHead>;
  /** Of the key that signs the head: PEM (SPKI), to check an exported log with. */
  publicKey(): Promise<string>;
  /** Reads the whole chain. */
  verify(): Promise<AuditVerdict>;
  /** How many entries there were of each action, removed ones too: never goes down. */
  counts(): Promise<ReadonlyMap<string, number>>;
  /** Retention: removes entries older than this, and signs where the chain begins now. */
  removeBefore(at: number): Promise<number>;
}
