import { createPrivateKey, X509Certificate } from 'node:crypto';
import { fingerprintOf } from '../protocol/certificate-names.ts';

/** When a certificate is in force, in Unix milliseconds. */
export interface Validity {
  notBefore: number;
  notAfter: number;
}

export function validityOf(pem: string): Validity {
  const certificate = new X509Certificate(pem);
  return { notBefore: certificate.validFromDate.getTime(), notAfter: certificate.validToDate.getTime() };
}

/** The certificates of a PEM text, one PEM each; what stands between them is left out. */
export function splitCertificates(pem: string): string[] {
  return (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map((part) => `${part}\n`);
}

/** Each certificate once, however its PEM is written. */
export function uniqueCertificates(pems: readonly string[]): string[] {
  return [...new Map(pems.toReversed().map((pem) => [fingerprintOfPem(pem), pem])).values()].toReversed();
}

export function fingerprintOfPem(pem: string): string {
  return fingerprintOf(new X509Certificate(pem).raw);
}

export function isAuthority(pem: string): boolean {
  return new X509Certificate(pem).ca;
}

/** Whether the certificate (PEM) is that of the private key (PEM), and signed by one of the authorities (PEM). */
export function belongsTogether(certificate: string, key: string, authorities: readonly string[]): boolean {
  const leaf = new X509Certificate(certificate);
  return leaf.checkPrivateKey(createPrivateKey(key)) && authorities.some((pem) => isIssuedBy(leaf, pem));
}

/** Whether a text is a private key (PEM). */
export function isKey(pem: string): boolean {
  try {
    createPrivateKey(pem);
    return true;
  } catch {
    return false;
  }
}

export function isCertificateOf(certificate: string, key: string): boolean {
  return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
}

function isIssuedBy(leaf: X509Certificate, authority: string): boolean {
  const issuer = new X509Certificate(authority);
  return leaf.checkIssued(issuer) && leaf.verify(issuer.publicKey);
}
