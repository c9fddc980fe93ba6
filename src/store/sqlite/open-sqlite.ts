import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { CamelCasePlugin, Kysely, sql, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { systemCode, TallymanError } from '../../base/errors.ts';
import type { Backend, Snapshot } from '../backend.ts';
import { fileFault } from '../file-fault.ts';
import { plainAdapter } from '../plain-adapter.ts';
import type { Schema } from '../schema.ts';
import { createTransactionScope, type TransactionScope } from '../transaction-scope.ts';
import { busyMs, createSqliteDriver } from './sqlite-driver.ts';
import { isBusy, sqliteFault } from './sqlite-faults.ts';

/** Views that may be open at once: each keeps the write-ahead log from being reused. */
const snapshotLimit = 8;

/** Opens the database file, made if it is missing and readable by its owner alone. */
export async function openSqlite(path: string, clock: Clock): Promise<Backend> {
  const scope = createTransactionScope();
  const { db, close } = await connect(path, scope);
  let snapshots = 0;
  return {
    kind: 'sqlite',
    db,
    scope,
    types: { text: sql`text`, bytes: sql`blob`, growingId: sql`integer primary key autoincrement` },
    now: () => sql<number>`${clock.now()}`,
    // `begin immediate` has it already
    lock: () => Promise.resolve(),
    async snapshot() {
      if (snapshots >= snapshotLimit) {
        throw new TallymanError('STORE_UNAVAILABLE', `${snapshotLimit} exports or checks run already: try again later`);
      }
      snapshots += 1;
      try {
        return await openSnapshot(path, () => (snapshots -= 1));
      } catch (error) {
        snapshots -= 1;
        throw error;
      }
    },
    // Waiting for the lock is the database's, for as long as makes sense.
    isRetryable: () => false,
    close,
  };
}

async function openSnapshot(path: string, onEnd: () => void): Promise<Snapshot> {
  const { db, close } = await connect(path, createTransactionScope());
  const transaction = await db
    .startTransaction()
    .setAccessMode('read only')
    .execute()
    .catch(async (error: unknown) => {
      await close();
      throw error;
    });
  let isEnded = false;
  return {
    db: transaction,
    async end() {
      if (isEnded) return;
      isEnded = true;
      onEnd();
      await transaction.rollback().execute();
      await close();
    },
  };
}

async function connect(
  path: string,
  scope: TransactionScope,
): Promise<{ db: Kysely<Schema>; close: () => Promise<void> }> {
  const driver = createSqliteDriver({ database: await openFile(path), path, scope });
  const db = new Kysely<Schema>({
    dialect: {
      createAdapter: plainAdapter,
      createDriver: () => driver,
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  });
  // Not Kysely's, after which it fails with words of its own.
  return { db, close: () => driver.destroy() };
}

async function openFile(path: string): Promise<DatabaseSync> {
  createFile(path);
  const until = performance.now() + busyMs;
  for (;;) {
    let database: DatabaseSync | undefined;
    try {
      database = new DatabaseSync(path, { timeout: 0, enableForeignKeyConstraints: true });
      database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma journal_size_limit = 67108864;');
      return database;
    } catch (error) {
      database?.close();
      // Two processes that make a file's write-ahead log at once: one is refused without waiting.
      if (!isBusy(error) || performance.now() > until) throw sqliteFault(error, path);
      await sleep(50);
    }
  }
}

/** SQLite makes its other files with the rights of this one. */
function createFile(path: string): void {
  try {
    // Only where there is none: closing a file takes away the locks that this process has on it.
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw fileFault(error, path);
  }
}
