import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { isHeadSigned, signHead, type HeadFacts } from './head-signature.ts';

/** Signs where the audit log ends and begins. */
export interface AuditSigner {
  keyId: string;
  /** PEM (SPKI). */
  publicKey: string;
  /** PEM (PKCS #8), for backups. */
  privateKey: string;
  sign(head: HeadFacts): string;
  isSigned(head: HeadFacts, signature: string): boolean;
}

/** `pem`: an Ed25519 key, PKCS #8. */
export function createAuditSigner(pem: string): AuditSigner {
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('the key of the audit log is no Ed25519 key');
  const publicKey = createPublicKey(key);
  return {
    keyId: auditKeyId(publicKey),
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    privateKey: pem,
    sign: (head) => signHead(key, head),
    isSigned: (head, signature) => isHeadSigned(publicKey, head, signature),
  };
}

export function generateAuditKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function auditKeyId(publicKey: KeyObject): string {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('hex').slice(0, 32);
}
