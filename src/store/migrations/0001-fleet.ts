import { sql, type CreateTableBuilder, type Expression, type Kysely } from 'kysely';
import type { ColumnTypes } from '../backend.ts';
import type { Schema } from '../schema.ts';

/** The fleet: identity, hosts, what is heard of them, and the audit log. */
export function fleetMigration(types: ColumnTypes) {
  return {
    async up(db: Kysely<Schema>): Promise<void> {
      for (const [name, columns] of Object.entries(tablesOf(types))) {
        let table: CreateTableBuilder<string> = db.schema.createTable(name);
        for (const [column, definition] of Object.entries(columns)) {
          const { type, isKey, isNullable, isUnique, references } = definition;
          table = table.addColumn(column, type, (built) => {
            let ready = isKey === true ? built.primaryKey() : built;
            if (isNullable !== true) ready = ready.notNull();
            if (isUnique === true) ready = ready.unique();
            return references === undefined ? ready : ready.references(references).onDelete('cascade');
          });
        }
        await table.execute();
      }
      for (const index of indexes) await sql.raw(index).execute(db);
    },
  };
}

interface Column {
  type: Expression<unknown> | 'bigint';
  isKey?: boolean;
  isNullable?: boolean;
  isUnique?: boolean;
  /** A row goes with the one that it names. */
  references?: string;
}

function tablesOf({ text, bytes, growingId }: ColumnTypes): Record<string, Record<string, Column>> {
  const key: Column = { type: text, isKey: true };
  const words: Column = { type: text };
  const maybeWords: Column = { type: text, isNullable: true };
  const number: Column = { type: 'bigint' };
  const maybeNumber: Column = { type: 'bigint', isNullable: true };
  const ofHost: Column = { type: text, references: 'hosts.id' };
  return {
    settings: { name: key, value: words },
    dataKey: {
      id: { type: 'bigint', isKey: true },
      keyId: words,
      protection: words,
      salt: { type: bytes, isNullable: true },
      wrapped: { type: bytes, isNullable: true },
    },
    sealedKeys: { name: key, sealed: { type: bytes } },
    roles: { name: key, permissions: words, hosts: maybeWords, createdAt: number },
    users: { name: key, passwordHash: words, role: words, createdAt: number },
    sessions: {
      idHash: key,
      userName: { type: text, references: 'users.name' },
      csrf: words,
      createdAt: number,
      expiresAt: number,
    },
    loginGuards: { key, failures: number, lockedUntil: number, failedAt: number },
    tokens: {
      name: key,
      hash: { type: text, isUnique: true },
      kind: words,
      role: words,
      hosts: maybeWords,
      scope: words,
      createdBy: words,
      createdAt: number,
      expiresAt: maybeNumber,
      lastUsedAt: maybeNumber,
    },
    hosts: {
      id: key,
      name: { type: text, isUnique: true },
      createdAt: number,
      joinedAt: maybeNumber,
      lastSeenAt: maybeNumber,
      agentVersion: words,
      agentUrl: words,
      exporter: words,
      status: words,
      statusSince: number,
    },
    joinTokens: { hash: key, hostId: ofHost, expiresAt: number, usedAt: maybeNumber, usedBy: maybeWords },
    certificates: {
      serial: key,
      hostId: maybeWords,
      publicKey: words,
      notBefore: number,
      notAfter: number,
      revokedAt: maybeNumber,
    },
    instances: { id: key, serverId: words, version: words, address: words, startedAt: number, seenAt: number },
    presences: {
      hostId: { ...ofHost, isKey: true },
      instanceId: words,
      connectionId: words,
      connectedAt: number,
      heardAt: number,
      facts: words,
    },
    inventories: { hostId: { ...ofHost, isKey: true }, receivedAt: number, containers: words },
    batches: {
      id: { type: growingId, isNullable: true },
      hostId: ofHost,
      bootId: words,
      number,
      at: number,
      receivedAt: number,
      isLate: number,
      instanceId: words,
      data: { type: bytes },
    },
    leases: { name: key, holder: words, expiresAt: number },
    auditEntries: {
      number: { type: 'bigint', isKey: true },
      at: number,
      actor: words,
      action: words,
      target: words,
      detail: words,
      previousHash: words,
      hash: words,
    },
    auditHead: {
      id: { type: 'bigint', isKey: true },
      number,
      hash: words,
      firstNumber: number,
      firstPreviousHash: words,
      keyId: words,
      signature: words,
    },
    auditCounts: { action: key, count: number },
  };
}

const indexes = [
  'create index sessions_by_user on sessions (user_name)',
  'create index sessions_by_end on sessions (expires_at)',
  'create index users_by_role on users (role)',
  'create index tokens_by_role on tokens (role)',
  'create index join_tokens_by_host on join_tokens (host_id)',
  'create index certificates_by_host on certificates (host_id, not_before)',
  'create index presences_by_instance on presences (instance_id)',
  'create unique index batches_by_origin on batches (host_id, boot_id, number)',
  'create index batches_by_host on batches (host_id, at, id)',
  'create index batches_by_time on batches (at)',
  'create index batches_late on batches (received_at) where is_late = 1',
  'create index audit_entries_by_action on audit_entries (action, number)',
];
