import type { Kysely } from 'kysely';
import { systemClock } from '../base/clock.ts';
import { TallymanError } from '../base/errors.ts';
import { emptyHead, readHead, writeHead } from './audit/audit-head.ts';
import { createAuditSigner, generateAuditKey, type AuditSigner } from './audit/audit-signer.ts';
import type { Backend } from './backend.ts';
import { atomically, type Context } from './context.ts';
import { auditKeyIn, auditKeyName, databaseIn, keyFileIn, lockFolder, readServerId } from './data-folder.ts';
import { readAuditKey } from './keys/audit-key-file.ts';
import { localDataKey } from './keys/local-data-key.ts';
import { makePrivateFolder } from './keys/private-file.ts';
import { createSealer, type Sealer } from './keys/sealer.ts';
import { sharedDataKey } from './keys/shared-data-key.ts';
import { migrate } from './migrate.ts';
import type { Schema } from './schema.ts';
import { openSqlite } from './sqlite/open-sqlite.ts';
import type { StoreOptions } from './store-options.ts';
import { createKeyVault } from './tables/key-vault.ts';

export interface State {
  context: Context;
  /** Empty for a tool. */
  serverId: string;
  /** Can be called twice. */
  close(): Promise<void>;
}

/** Opens the database and its keys, after keeping other servers out of the data folder. */
export async function openState(options: StoreOptions): Promise<State> {
  const { data, database, role } = options;
  if (data === '' && (database === '' || role === 'server')) {
    throw new TallymanError('STORE_UNAVAILABLE', 'there is no data folder: name one with --data');
  }
  if (data !== '') makePrivateFolder(data);
  const lock = role === 'server' ? lockFolder(data) : undefined;
  let backend: Backend | undefined;
  const close = async (): Promise<void> => {
    await backend?.close();
    lock?.release();
  };
  try {
    const serverId = role === 'server' ? await readServerId(data) : '';
    backend = await openBackend(options);
    const keys = await prepare(backend, options);
    return { context: { backend, db: backend.db, ...keys }, serverId, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openBackend({ data, database, clock = systemClock, log }: StoreOptions): Promise<Backend> {
  if (database === '') return await openSqlite(databaseIn(data), clock);
  // most servers never need it
  const { openPostgres } = await import('./postgres/open-postgres.ts');
  return await openPostgres(database, log);
}

/** Tables and keys, in one transaction: of several servers that start at once, one makes them and the others find them. */
async function prepare(backend: Backend, options: StoreOptions): Promise<{ sealer: Sealer; signer: AuditSigner }> {
  return await atomically({ backend, db: backend.db }, async (db) => {
    await backend.lock(db, 'start');
    await migrate(db, backend.types);
    const isNew = (await db.selectFrom('dataKey').select('id').executeTakeFirst()) === undefined;
    const dataKey = await openDataKey(backend, db, options);
    const sealer = createSealer(dataKey);
    const signer = await openSigner(backend, db, sealer, options.data);
    // Not when it is missing from a log that there was: that is for the check of the log to find.
    if (isNew) await writeHead(db, signer, emptyHead);
    return { sealer, signer };
  });
}

async function openDataKey(backend: Backend, db: Kysely<Schema>, options: StoreOptions): Promise<Buffer> {
  const { data, database, role, log } = options;
  const secret = options.secret === '' ? undefined : options.secret;
  const keyFile = data === '' ? undefined : keyFileIn(data);
  if (backend.kind === 'sqlite') return await localDataKey(db, { keyFile: keyFileIn(data), secret, role });
  return await sharedDataKey(db, { keyFile, secret, role, database, log });
}

async function openSigner(backend: Backend, db: Kysely<Schema>, sealer: Sealer, data: string): Promise<AuditSigner> {
  if (backend.kind === 'sqlite') return await readAuditKey(auditKeyIn(data), (await readHead(db))?.keyId);
  const vault = createKeyVault({ db, sealer });
  return createAuditSigner(
    (await vault.get(auditKeyName)) ?? (await vault.putIfAbsent(auditKeyName, generateAuditKey())),
  );
}
