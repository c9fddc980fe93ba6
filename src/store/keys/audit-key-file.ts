import { TallymanError } from '../../base/errors.ts';
import { createAuditSigner, generateAuditKey, type AuditSigner } from '../audit/audit-signer.ts';
import { readPrivateFile, writePrivateFile } from './private-file.ts';

/**
 * SQLite's: the key that signs the audit log lies in a file outside the database, `audit.key`: PEM, one key after the
 * other where a restored backup has brought its own. `keyId` is the one that the database names; undefined: any, and
 * one is made when there is none.
 */
export async function readAuditKey(path: string, keyId: string | undefined): Promise<AuditSigner> {
  const signers = await load(path);
  const signer = keyId === undefined ? signers.at(-1) : signers.find((each) => each.keyId === keyId);
  if (signer !== undefined) return signer;
  if (keyId === undefined) return await addAuditKey(path, generateAuditKey());
  throw new TallymanError(
    'STORE_KEY_WRONG',
    `${path} does not have the key that signs this database's audit log: put the file back that was made with it, or restore a backup`,
  );
}

/** `pem`: PKCS #8. */
export async function addAuditKey(path: string, pem: string): Promise<AuditSigner> {
  const added = createAuditSigner(pem);
  const signers = await load(path);
  if (!signers.some(({ keyId }) => keyId === added.keyId)) {
    await writePrivateFile(path, [...signers, added].map(({ privateKey }) => privateKey).join(''));
  }
  return added;
}

async function load(path: string): Promise<readonly AuditSigner[]> {
  const text = (await readPrivateFile(path)) ?? '';
  const blocks = text.match(/-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----\n/g) ?? [];
  try {
    return blocks.map(createAuditSigner);
  } catch {
    // the cause could quote from the file
    throw new TallymanError('STORE_KEY_WRONG', `${path} is damaged: put it back from a copy, or restore a backup`);
  }
}
