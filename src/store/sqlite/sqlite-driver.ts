import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises';
import type { CompiledQuery, DatabaseConnection, Driver, QueryResult, TransactionSettings } from 'kysely';
import { TallymanError } from '../../base/errors.ts';
import { bindable } from '../bindable.ts';
import type { TransactionScope } from '../transaction-scope.ts';
import { isBusy, sqliteFault } from './sqlite-faults.ts';
import { createStatementCache } from './statement-cache.ts';
import { createTurns } from './turns.ts';

/** How long another process' transaction is waited for: those of command line tools take milliseconds. */
export const busyMs = 10_000;
const pollMs = 10;
/** Statements run within this process: after so much time of them everything else has its turn. */
const breathMs = 15;

export interface SqliteDriverOptions {
  database: DatabaseSync;
  /** For messages. */
  path: string;
  scope: TransactionScope;
}

/** Kysely's driver for node:sqlite: one connection, which a transaction has to itself. */
export function createSqliteDriver({ database, path, scope }: SqliteDriverOptions): Driver {
  const turns = createTurns();
  const prepare = createStatementCache(database);
  let isClosed = false;

  const run = <R>(sql: string, parameters: readonly unknown[]): QueryResult<R> => {
    try {
      const { statement, isReader } = prepare(sql);
      const values = parameters.map(bindable);
      if (isReader) {
        const rows = statement.all(...values) as R[];
        return { rows, numAffectedRows: BigInt(rows.length) };
      }
      return { rows: [], numAffectedRows: BigInt(statement.run(...values).changes) };
    } catch (error) {
      throw isBusy(error) ? error : sqliteFault(error, path);
    }
  };

  /** Waits for the transaction of another connection, without keeping this process from everything else meanwhile. */
  const patiently = async <T>(attempt: () => T): Promise<T> => {
    const until = performance.now() + busyMs;
    for (;;) {
      try {
        return attempt();
      } catch (error) {
        if (!isBusy(error)) throw error;
        // within a transaction there is nothing to wait for
        if (database.isTransaction || performance.now() > until) throw sqliteFault(error, path);
      }
      await sleep(1 + Math.random() * pollMs);
    }
  };

  let breathedAt = performance.now();
  const breath = async (): Promise<void> => {
    if (performance.now() - breathedAt < breathMs) return;
    await immediate();
    breathedAt = performance.now();
  };

  const connection: DatabaseConnection = {
    async executeQuery<R>(query: CompiledQuery) {
      await breath();
      return await patiently(() => run<R>(query.sql, query.parameters));
    },
    streamQuery() {
      throw new Error('rows are read in pages');
    },
  };

  return {
    init: () => Promise.resolve(),
    async acquireConnection() {
      scope.assertOutside();
      await turns.take();
      if (isClosed) {
        turns.give();
        throw new TallymanError('STORE_UNAVAILABLE', 'the database was closed: this process is stopping');
      }
      return connection;
    },
    releaseConnection() {
      // a transaction that could be neither committed nor rolled back must not swallow what follows
      if (!isClosed && database.isTransaction) run('rollback', []);
      turns.give();
      return Promise.resolve();
    },
    async beginTransaction(_connection, settings: TransactionSettings) {
      // A reader that becomes a writer half-way can be refused for good; whoever may write says so at the beginning.
      await patiently(() => run(settings.accessMode === 'read only' ? 'begin' : 'begin immediate', []));
    },
    async commitTransaction() {
      run('commit', []);
    },
    async rollbackTransaction() {
      // SQLite has rolled back by itself after some errors, such as a full disk.
      if (database.isTransaction) run('rollback', []);
    },
    async destroy() {
      await turns.take();
      if (!isClosed) database.close();
      isClosed = true;
      turns.give();
    },
  };
}
