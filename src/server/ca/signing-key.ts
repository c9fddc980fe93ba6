import { createPrivateKey, createPublicKey, generateKeyPairSync, type webcrypto } from 'node:crypto';

const curve = { name: 'ECDSA', namedCurve: 'P-256' };

/** A new P-256 key: the private one as PKCS #8 in PEM, the public one as SPKI in DER. */
export function newKey(): { keyPem: string; publicKey: Buffer } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', {
    namedCurve: 'prime256v1',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'der' },
  });
  return { keyPem: privateKey, publicKey };
}

/** The pair that belongs to a private key in PEM, for WebCrypto; the private part cannot be read out again. */
export async function importSigningKey(keyPem: string): Promise<webcrypto.CryptoKeyPair> {
  const key = createPrivateKey(keyPem);
  const pkcs8 = key.export({ type: 'pkcs8', format: 'der' });
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const { subtle } = globalThis.crypto;
  return {
    privateKey: await subtle.importKey('pkcs8', pkcs8, curve, false, ['sign']),
    publicKey: await subtle.importKey('spki', spki, curve, true, ['verify']),
  };
}
