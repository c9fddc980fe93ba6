import { randomUUID } from 'node:crypto';
import { silentLog } from '../../src/base/log.ts';
import { createBench, testFolder, type StoreBench } from '../../src/store/test-kit/bench.ts';
import type { PostgresServer } from '../support/postgres.ts';

/** A database of its own for a test. */
export async function makePostgresBench(server: PostgresServer): Promise<StoreBench> {
  const database = await server.createDatabase();
  const data = `${testFolder()}/${randomUUID()}`;
  return createBench({ data, database, role: 'tool', secret: undefined, log: silentLog() }, 'postgres', async (sql) => {
    await server.psql(sql, database.slice(database.lastIndexOf('/') + 1));
  });
}
