import { createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

/** A new private key, ECDSA P-256, as PEM (PKCS #8). */
export function createAgentKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/**
 * A certificate request (PKCS #10, RFC 2986) in PEM, signed with the key. It asks for no name: who the agent is, the
 * server knows from the token, or from the certificate in use.
 */
export function createCertificateRequest(key: KeyObject): string {
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const version = Buffer.from([0x02, 0x01, 0x00]);
  const noName = element(sequence, []);
  const noAttributes = element(attributes, []);
  const info = element(sequence, [version, noName, publicKey, noAttributes]);
  const algorithm = element(sequence, [ecdsaWithSha256]);
  const signature = element(bitString, [Buffer.from([0]), sign('sha256', info, key)]);
  const request = element(sequence, [info, algorithm, signature]);
  const lines = request.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE REQUEST-----', ...lines, '-----END CERTIFICATE REQUEST-----', ''].join('\n');
}

/** DER tags (X.690). */
const sequence = 0x30;
const bitString = 0x03;
/** `[0] IMPLICIT SET OF Attribute` */
const attributes = 0xa0;
/** OBJECT IDENTIFIER 1.2.840.10045.4.3.2 (RFC 5758) */
const ecdsaWithSha256 = Buffer.from('06082a8648ce3d040302', 'hex');

function element(tag: number, parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, ...lengthBytes(content.length)]), content]);
}

function lengthBytes(length: number): number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}
