import { randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import { TallymanError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { parsePostgresUrl } from '../postgres/postgres-url.ts';
import type { DataKeyTable, Schema } from '../schema.ts';
import { readKeyFile, writeKeyFile } from './key-file.ts';
import type { DataKeyOptions } from './local-data-key.ts';
import { deriveKey, openBytes, sealBytes } from './sealed-bytes.ts';
import { keyIdOf } from './sealer.ts';

export interface SharedKeyOptions extends DataKeyOptions {
  /** The database's URL. */
  database: string;
  log: Log;
}

const purpose = 'tallyman data key in a database';

/**
 * PostgreSQL's: servers share nothing but the database, so the data key is in it, wrapped by a key made from the secret,
 * else from the URL's password, else (which protects nothing) from its user and name. Each server keeps a copy in its
 * data folder: after a change of the database's password, that copy is wrapped anew.
 */
export async function sharedDataKey(db: Kysely<Schema>, options: SharedKeyOptions): Promise<Buffer> {
  const row = await db.selectFrom('dataKey').selectAll().executeTakeFirst();
  const wrapping = wrappingOf(options);
  if (options.role === 'server' && wrapping.protection === 'name') {
    options.log.warn(
      'the keys in the database are protected by nothing but access to it: set TALLYMAN_SECRET, the same for all servers',
    );
  }
  if (row === undefined) return await storeSharedDataKey(db, options, randomBytes(32));
  const inDatabase = await unwrap(row, options);
  const key = inDatabase ?? (await copyOf(row, options));
  if (options.role === 'server') {
    if (inDatabase === undefined || row.protection !== wrapping.protection) await writeRow(db, options, key);
    await keepCopy(options, row.keyId, key);
  }
  return key;
}

export async function storeSharedDataKey(
  db: Kysely<Schema>,
  options: Pick<SharedKeyOptions, 'database' | 'secret' | 'keyFile'>,
  key: Buffer,
): Promise<Buffer> {
  await writeRow(db, options, key);
  await keepCopy(options, keyIdOf(key), key);
  return key;
}

/** What the data key is to be wrapped with, by what this server was given. */
function wrappingOf({ secret, database }: Pick<SharedKeyOptions, 'database' | 'secret'>): {
  protection: DataKeyTable['protection'];
  material: string;
} {
  if (secret !== undefined) return { protection: 'secret', material: secret };
  const url = parsePostgresUrl(database);
  return url.password === ''
    ? { protection: 'name', material: `${url.user}@${url.database}` }
    : { protection: 'password', material: url.password };
}

async function unwrap(row: DataKeyTable, options: SharedKeyOptions): Promise<Buffer | undefined> {
  const isBySecret = row.protection === 'secret';
  if (isBySecret && options.secret === undefined) {
    throw keyWrong(
      'the keys in the database are protected by a secret: set TALLYMAN_SECRET as the other servers have it',
    );
  }
  const { protection, material } = wrappingOf({ ...options, secret: isBySecret ? options.secret : undefined });
  const { salt, wrapped } = row;
  const key =
    protection === row.protection && salt !== null && wrapped !== null
      ? openBytes(await deriveKey(material, salt), purpose, wrapped)
      : undefined;
  // No copy helps here: a wrong secret must not become the one that the other servers need.
  if (key === undefined && isBySecret) {
    throw keyWrong(
      'TALLYMAN_SECRET is not the one that protects the keys in the database: set it as it was; to change it, make a backup with the old one and restore it with the new one into an empty database',
    );
  }
  return key;
}

async function copyOf({ keyId }: DataKeyTable, { keyFile, secret }: SharedKeyOptions): Promise<Buffer> {
  const copy = keyFile === undefined ? 'missing' : await readKeyFile(keyFile, keyId, secret);
  if (typeof copy !== 'string' && keyIdOf(copy.key) === keyId) return copy.key;
  throw keyWrong(
    "the keys in the database are protected by a password that is not in the database's URL any more: start one of the servers that have worked with it, with its data folder, and it protects them by the new password",
  );
}

async function writeRow(
  db: Kysely<Schema>,
  options: Pick<SharedKeyOptions, 'database' | 'secret'>,
  key: Buffer,
): Promise<void> {
  const { protection, material } = wrappingOf(options);
  const salt = randomBytes(16);
  const wrapped = sealBytes(await deriveKey(material, salt), purpose, key);
  const values = { keyId: keyIdOf(key), protection, salt, wrapped };
  await db
    .insertInto('dataKey')
    .values({ id: 1, ...values })
    .onConflict((on) => on.column('id').doUpdateSet(values))
    .execute();
}

async function keepCopy(
  { keyFile, secret }: Pick<SharedKeyOptions, 'keyFile' | 'secret'>,
  keyId: string,
  key: Buffer,
): Promise<void> {
  if (keyFile === undefined) return;
  const copy = await readKeyFile(keyFile, keyId, secret);
  const isAsItShouldBe = typeof copy !== 'string' && copy.isWrapped === (secret !== undefined);
  if (!isAsItShouldBe) await writeKeyFile(keyFile, keyId, key, secret);
}

function keyWrong(message: string): TallymanError {
  return new TallymanError('STORE_KEY_WRONG', message);
}
