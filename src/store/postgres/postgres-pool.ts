import { setTimeout as sleep } from 'node:timers/promises';
import { Pool, types, type PoolClient, type QueryResult } from 'pg';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import { errorText } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { bindable } from '../bindable.ts';
import type { TransactionScope } from '../transaction-scope.ts';
import { isConnectionFault, postgresFault } from './postgres-faults.ts';

/** A server needs few: what it writes is grouped, and transactions follow one another. */
const connections = 10;
/** Each bound in milliseconds; the database's own are shorter than ours, so that its reason arrives. */
const connectMs = 10_000;
const lockMs = 20_000;
const statementMs = 30_000;
const idleTransactionMs = 60_000;
const queryMs = 40_000;
const endMs = 5000;

export interface PoolOptions {
  url: string;
  /** For messages. */
  place: string;
  scope: TransactionScope;
  log: Log;
}

/** Connections for Kysely: whole numbers as numbers, every fault as one of ours, broken connections never used again. */
export function createPostgresPool({ url, place, scope, log }: PoolOptions): PostgresPool {
  const pool = new Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: connectMs,
    idleTimeoutMillis: 30_000,
    lock_timeout: lockMs,
    statement_timeout: statementMs,
    idle_in_transaction_session_timeout: idleTransactionMs,
    query_timeout: queryMs,
    keepAlive: true,
    application_name: 'tallyman',
    types: {
      getTypeParser: (oid, format) => (oid === types.builtins.INT8 ? Number : types.getTypeParser(oid, format)),
    },
  });
  // What happens to a connection that is not in use, or between two statements, must not end the process.
  pool.on('error', (error) => log.debug({ reason: errorText(error) }, 'a connection to PostgreSQL was lost'));
  pool.on('connect', (client) => void client.on('error', () => undefined));
  return {
    options: {},
    async connect() {
      scope.assertOutside();
      try {
        return wrap(await pool.connect(), place);
      } catch (error) {
        throw postgresFault(error, place);
      }
    },
    async end() {
      if (pool.ending) return;
      await Promise.race([pool.end(), sleep(endMs, undefined, { ref: false })]);
    },
  };
}

function wrap(client: PoolClient, place: string): PostgresPoolClient {
  let isBroken = false;
  const query = async (sql: string, parameters: readonly unknown[] = []): Promise<QueryResult> => {
    try {
      return await client.query(sql, parameters.map(bindable));
    } catch (error) {
      isBroken ||= isConnectionFault(error);
      throw postgresFault(error, place);
    }
  };
  return {
    // the other form, with a cursor, is not used
    query: query as unknown as PostgresPoolClient['query'],
    release: () => client.release(isBroken),
  };
}
