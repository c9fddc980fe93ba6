import { randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import { TallymanError } from '../../base/errors.ts';
import type { Schema } from '../schema.ts';
import { readKeyFile, writeKeyFile } from './key-file.ts';
import { keyIdOf } from './sealer.ts';

export interface DataKeyOptions {
  /** Path of `secret.key`; undefined: there is no data folder. */
  keyFile: string | undefined;
  secret: string | undefined;
  /** Servers renew how a key is kept; tools leave that alone. */
  role: 'server' | 'tool';
}

/** SQLite's: the data key is in a file beside the database and never in it. */
export async function localDataKey(
  db: Kysely<Schema>,
  { keyFile, secret, role }: DataKeyOptions & { keyFile: string },
): Promise<Buffer> {
  const row = await db.selectFrom('dataKey').select('keyId').executeTakeFirst();
  if (row === undefined) return await storeLocalDataKey(db, { keyFile, secret }, randomBytes(32));
  const found = await readKeyFile(keyFile, row.keyId, secret);
  if (found === 'missing') {
    throw new TallymanError(
      'STORE_KEY_WRONG',
      `${keyFile} has no key for this database: put the file back that was made with it, or restore a backup`,
    );
  }
  if (found === 'wrong secret') {
    throw new TallymanError(
      'STORE_KEY_WRONG',
      secret === undefined
        ? `${keyFile} is protected by a secret: set TALLYMAN_SECRET as it was`
        : `TALLYMAN_SECRET is not the one that protects ${keyFile}: set it as it was`,
    );
  }
  if (secret !== undefined && !found.isWrapped && role === 'server') {
    await writeKeyFile(keyFile, row.keyId, found.key, secret);
  }
  return found.key;
}

/** In the file first: a database never names a key that is nowhere. */
export async function storeLocalDataKey(
  db: Kysely<Schema>,
  { keyFile, secret }: { keyFile: string; secret: string | undefined },
  key: Buffer,
): Promise<Buffer> {
  const keyId = keyIdOf(key);
  await writeKeyFile(keyFile, keyId, key, secret);
  await db.deleteFrom('dataKey').execute();
  await db.insertInto('dataKey').values({ id: 1, keyId, protection: 'file', salt: null, wrapped: null }).execute();
  return key;
}
