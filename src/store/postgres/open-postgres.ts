import { CamelCasePlugin, Kysely, PostgresDriver, PostgresIntrospector, PostgresQueryCompiler, sql } from 'kysely';
import { TallymanError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Backend, LockName } from '../backend.ts';
import { plainAdapter } from '../plain-adapter.ts';
import type { Schema } from '../schema.ts';
import { createTransactionScope } from '../transaction-scope.ts';
import { isCollision } from './postgres-faults.ts';
import { createPostgresPool } from './postgres-pool.ts';
import { parsePostgresUrl } from './postgres-url.ts';

/** Advisory locks of ours: `taly` in ASCII, and a number. */
const lockClass = 0x74616c79;
const lockNumbers: Readonly<Record<LockName, number>> = { start: 1, writers: 2, batches: 3 };

/** Throws STORE_URL_INVALID and STORE_UNAVAILABLE. */
export async function openPostgres(url: string, log: Log): Promise<Backend> {
  const { place } = parsePostgresUrl(url);
  const scope = createTransactionScope();
  const pool = createPostgresPool({ url, place, scope, log });
  const db = new Kysely<Schema>({
    dialect: {
      createAdapter: plainAdapter,
      createDriver: () => new PostgresDriver({ pool }),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  });
  await checkEncoding(db, place).catch(async (error: unknown) => {
    await pool.end();
    throw error;
  });
  return {
    kind: 'postgres',
    db,
    scope,
    types: {
      text: sql`text collate "C"`,
      bytes: sql`bytea`,
      growingId: sql`bigint generated always as identity primary key`,
    },
    now: () => sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`,
    async lock(transaction, lock) {
      await sql`select pg_advisory_xact_lock(${sql.lit(lockClass)}, ${sql.lit(lockNumbers[lock])})`.execute(
        transaction,
      );
    },
    async snapshot() {
      const transaction = await db
        .startTransaction()
        .setIsolationLevel('repeatable read')
        .setAccessMode('read only')
        .execute();
      let isEnded = false;
      return {
        db: transaction,
        async end() {
          if (isEnded) return;
          isEnded = true;
          await transaction.rollback().execute();
        },
      };
    },
    isRetryable: isCollision,
    // not Kysely's, after which it fails with words of its own
    close: () => pool.end(),
  };
}

async function checkEncoding(db: Kysely<Schema>, place: string): Promise<void> {
  const { rows } = await sql<{ encoding: string }>`
    select current_setting('server_encoding') as encoding`.execute(db);
  if (rows[0]?.encoding === 'UTF8') return;
  throw new TallymanError(
    'STORE_UNAVAILABLE',
    `PostgreSQL at ${place} keeps texts as ${rows[0]?.encoding ?? 'something'}: create the database with the encoding UTF8`,
  );
}
