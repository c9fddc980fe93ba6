import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { TallymanError } from '../../base/errors.ts';
import { readPrivateFile, writePrivateFile } from './private-file.ts';
import { deriveKey, openBytes, sealBytes } from './sealed-bytes.ts';

const base64 = z.base64();
const fileSchema = z.object({
  version: z.literal(1),
  /** By the data key's id: a folder may have served several databases, and no key of any is ever dropped. */
  keys: z.record(z.string(), z.union([z.object({ key: base64 }), z.object({ salt: base64, wrapped: base64 })])),
});
type KeyFile = z.infer<typeof fileSchema>;

const purpose = 'tallyman data key in a file';

export type KeyInFile = { key: Buffer; isWrapped: boolean } | 'missing' | 'wrong secret';

/** `secret.key` in the data folder: data keys, in plain or wrapped by a secret. */
export async function readKeyFile(path: string, keyId: string, secret: string | undefined): Promise<KeyInFile> {
  const { keys } = await load(path);
  const entry = Object.hasOwn(keys, keyId) ? keys[keyId] : undefined;
  if (entry === undefined) return 'missing';
  if ('key' in entry) return { key: Buffer.from(entry.key, 'base64'), isWrapped: false };
  if (secret === undefined) return 'wrong secret';
  const wrapping = await deriveKey(secret, Buffer.from(entry.salt, 'base64'));
  const key = openBytes(wrapping, purpose, Buffer.from(entry.wrapped, 'base64'));
  return key === undefined ? 'wrong secret' : { key, isWrapped: true };
}

/** Adds a key, or replaces the form in which it is kept. */
export async function writeKeyFile(
  path: string,
  keyId: string,
  key: Uint8Array,
  secret: string | undefined,
): Promise<void> {
  const { keys } = await load(path);
  const entry = secret === undefined ? { key: Buffer.from(key).toString('base64') } : await wrap(key, secret);
  const file: KeyFile = { version: 1, keys: { ...keys, [keyId]: entry } };
  await writePrivateFile(path, `${JSON.stringify(file, null, 2)}\n`);
}

async function wrap(key: Uint8Array, secret: string): Promise<{ salt: string; wrapped: string }> {
  const salt = randomBytes(16);
  const wrapped = sealBytes(await deriveKey(secret, salt), purpose, key);
  return { salt: salt.toString('base64'), wrapped: wrapped.toString('base64') };
}

async function load(path: string): Promise<KeyFile> {
  const text = await readPrivateFile(path);
  if (text === undefined) return { version: 1, keys: {} };
  try {
    return fileSchema.parse(JSON.parse(text));
  } catch {
    // the cause would quote from the file
    throw new TallymanError('STORE_KEY_WRONG', `${path} is damaged: put it back from a copy, or restore a backup`);
  }
}
