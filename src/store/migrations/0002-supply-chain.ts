import { sql, type CreateTableBuilder, type Expression, type Kysely } from 'kysely';
import type { ColumnTypes } from '../backend.ts';
import type { Schema } from '../schema.ts';

/** The supply chain: organisations, images with their reports, environments and policies. */
export function supplyChainMigration(types: ColumnTypes) {
  return {
    async up(db: Kysely<Schema>): Promise<void> {
      for (const [name, { columns, key, references }] of Object.entries(tablesOf(types))) {
        let table: CreateTableBuilder<string, string> = db.schema.createTable(name);
        for (const [column, { type, isNullable }] of Object.entries(columns)) {
          table = table.addColumn(column, type, (built) => (isNullable === true ? built : built.notNull()));
        }
        table = table.addPrimaryKeyConstraint(`${name}Key`, [...key]);
        for (const [target, { from, to }] of Object.entries(references ?? {})) {
          // at the end of a transaction, so that it may write an image after what belongs to it
          table = table.addForeignKeyConstraint(`${name}To${target}`, [...from], target, [...to], (built) =>
            built.onDelete('cascade').deferrable().initiallyDeferred(),
          );
        }
        await table.execute();
      }
      for (const index of indexes) await sql.raw(index).execute(db);
    },
  };
}

interface Column {
  type: Expression<unknown> | 'bigint';
  isNullable?: boolean;
}

interface Table {
  columns: Record<string, Column>;
  key: readonly string[];
  /** By the other table's name; a row goes with the one that it names. */
  references?: Record<string, { from: readonly string[]; to: readonly string[] }>;
}

const ofOrg = { orgs: { from: ['org'], to: ['name'] } };
const ofImage = { images: { from: ['org', 'digest'], to: ['org', 'digest'] } };
const severities = ['critical', 'high', 'medium', 'low', 'unspecified'];
const fixableSeverities = severities.map((one) => `fixable_${one}`);

function tablesOf({ text, bytes }: ColumnTypes): Record<string, Table> {
  const words: Column = { type: text };
  const number: Column = { type: 'bigint' };
  const maybeNumber: Column = { type: 'bigint', isNullable: true };
  return {
    orgs: { columns: { name: words, createdAt: number }, key: ['name'] },
    orgOwners: {
      columns: { org: words, userName: words },
      key: ['org', 'userName'],
      references: { ...ofOrg, users: { from: ['userName'], to: ['name'] } },
    },
    images: {
      columns: {
        ...{ org: words, digest: words, repository: words },
        ...Object.fromEntries([...severities, ...fixableSeverities].map((name) => [name, maybeNumber])),
        ...{ knownExploited: maybeNumber, scannedAt: maybeNumber, databaseAt: maybeNumber, scanner: words },
        ...{ outcomes: words, grade: words, nextChangeAt: maybeNumber, indexedAt: number },
      },
      key: ['org', 'digest'],
      references: ofOrg,
    },
    imageDetails: {
      columns: { org: words, digest: words, facts: words, policies: words },
      key: ['org', 'digest'],
      references: ofImage,
    },
    tags: {
      columns: { org: words, repository: words, tag: words, digest: words, indexedAt: number },
      key: ['org', 'repository', 'tag'],
      references: ofImage,
    },
    tagHistory: {
      columns: { org: words, repository: words, tag: words, digest: words, since: number },
      key: ['org', 'repository', 'tag', 'digest'],
      references: ofOrg,
    },
    reports: {
      columns: { org: words, digest: words, kind: words, format: words, receivedAt: number, data: { type: bytes } },
      key: ['org', 'digest', 'kind'],
      references: ofImage,
    },
    environmentImages: {
      columns: { org: words, name: words, digest: words, recordedAt: number },
      key: ['org', 'name', 'digest'],
      references: ofImage,
    },
    environmentRules: {
      columns: { org: words, name: words, kind: words, value: words },
      key: ['org', 'name', 'kind', 'value'],
      references: ofOrg,
    },
    policySettings: {
      columns: { org: words, id: words, isEnabled: number, config: words, changedAt: number },
      key: ['org', 'id'],
      references: ofOrg,
    },
  };
}

const indexes = [
  'create index org_owners_by_user on org_owners (user_name)',
  'create index images_by_repository on images (org, repository, indexed_at)',
  'create index images_due on images (next_change_at) where next_change_at is not null',
  'create index tags_by_image on tags (org, digest)',
  'create index environment_images_by_image on environment_images (org, digest)',
  "create index tokens_of_orgs on tokens (name) where kind = 'org'",
];
