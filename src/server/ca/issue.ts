import { randomBytes, type webcrypto } from 'node:crypto';
import type { X509Certificate } from '@peculiar/x509';
import { loadX509 } from '../../protocol/x509.ts';
import { importSigningKey } from './signing-key.ts';

/** Clocks differ: a certificate that is new to its issuer is not too new for who reads it. */
const backdatedMs = 5 * 60_000;
/** What lives shortly begins a part of its life ago at the most, since renewals go by that life. */
const backdatedPart = 0.1;
const yearMs = 365.25 * 86_400_000;
const authorityYears = 20;

export type Purpose = 'serverAuth' | 'clientAuth';

/** Who signs. */
export interface Issuer {
  certificate: X509Certificate;
  key: webcrypto.CryptoKey;
}

export interface IssueOptions {
  /** SPKI, DER. */
  publicKey: Uint8Array;
  commonName: string;
  /** The only subject alternative name. */
  uri: string;
  purpose: Purpose;
  now: number;
  lifetimeMs: number;
}

/** Signs a certificate for one purpose; it never outlives its issuer. */
export async function issueCertificate(issuer: Issuer, options: IssueOptions): Promise<X509Certificate> {
  const { publicKey, commonName, uri, purpose, now, lifetimeMs } = options;
  const x509 = await loadX509();
  const until = Math.min(now + lifetimeMs, issuer.certificate.notAfter.getTime());
  return x509.X509CertificateGenerator.create({
    serialNumber: newSerial(),
    subject: [{ CN: [commonName] }],
    issuer: issuer.certificate.subjectName,
    notBefore: new Date(now - Math.min(backdatedMs, lifetimeMs * backdatedPart)),
    notAfter: new Date(until),
    publicKey,
    signingKey: issuer.key,
    signingAlgorithm: signing,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage[purpose]]),
      new x509.SubjectAlternativeNameExtension([{ type: 'url', value: uri }]),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.certificate.publicKey),
    ],
  });
}

/** A CA's own certificate, for a private key in PEM. Its name is random, so that no two fleets' CAs look alike. */
export async function signAuthority(keyPem: string, now: number): Promise<X509Certificate> {
  const x509 = await loadX509();
  const keys = await importSigningKey(keyPem);
  return x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: [{ CN: [`Tallyman CA ${randomBytes(4).toString('hex')}`] }],
    notBefore: new Date(now - backdatedMs),
    notAfter: new Date(now + authorityYears * yearMs),
    keys,
    signingAlgorithm: signing,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
}

const signing = { name: 'ECDSA', hash: 'SHA-256' };

/** 16 bytes, of which the first is neither zero nor negative: every program spells it the same. */
function newSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}
