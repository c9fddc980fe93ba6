import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { errorText } from '../base/errors.ts';
import type { StampedReads } from './file-stamps.ts';

/** What is asked of clients, by Go's names (crypto/tls.ClientAuthType). */
export type ClientAuthType =
  | 'NoClientCert'
  | 'RequestClientCert'
  | 'RequireAnyClientCert'
  | 'VerifyClientCertIfGiven'
  | 'RequireAndVerifyClientCert';

/** TLS as it is in force: read, checked and ready for new connections. */
export interface TlsSettings {
  context: SecureContextOptions;
  clientAuthType: ClientAuthType;
  /** Subject alternative names, one of which a client's certificate must have; undefined where that is not asked. */
  clientAllowedSans: ReadonlySet<string> | undefined;
}

/** A PEM text: in the settings themselves or in a file; `key` names the setting in faults. */
export type PemSource = { key: string } & ({ text: string } | { file: string });

export interface TlsSources {
  certificate: PemSource;
  privateKey: PemSource;
  clientCa: PemSource | undefined;
  /** Everything that is not read from PEM. */
  context: SecureContextOptions;
}

/** Takes one fault: the setting that has it, and what is wrong and what to do. */
export type ReportFault = (key: string, message: string) => void;

/**
 * Reads and checks a server's certificate, key and client CA; undefined when there were faults.
 * The key must be unencrypted and belong to the (first) certificate.
 */
export function loadSecureContext(
  sources: TlsSources,
  reads: StampedReads,
  report: ReportFault,
): SecureContextOptions | undefined {
  const cert = readPem(sources.certificate, reads, report, toCertificate);
  const key = readPem(sources.privateKey, reads, report, toPrivateKey);
  const ca = sources.clientCa && readPem(sources.clientCa, reads, report, toCertificate);
  if (cert === undefined || key === undefined || (sources.clientCa !== undefined && ca === undefined)) return undefined;
  if (!cert.parsed.checkPrivateKey(key.parsed)) {
    report(sources.privateKey.key, 'the key does not belong to the certificate');
    return undefined;
  }
  const context = { ...sources.context, cert: cert.pem, key: key.pem, ...(ca && { ca: splitCertificates(ca.pem) }) };
  try {
    createSecureContext(context);
    return context;
  } catch (error) {
    report(sources.certificate.key, `OpenSSL does not take these TLS settings: ${errorText(error)}`);
    return undefined;
  }
}

function readPem<T>(
  source: PemSource,
  reads: StampedReads,
  report: ReportFault,
  parse: (pem: string) => T,
): { pem: string; parsed: T } | undefined {
  const read = 'file' in source ? reads.read(source.file) : { text: source.text };
  if (read.text === undefined) {
    report(source.key, read.reason);
    return undefined;
  }
  try {
    return { pem: read.text, parsed: parse(read.text) };
  } catch (error) {
    report(source.key, `${(error as Error).message}${'file' in source ? ` in ${source.file}` : ''}`);
    return undefined;
  }
}

function toCertificate(pem: string): X509Certificate {
  try {
    return splitCertificates(pem).map((certificate) => new X509Certificate(certificate))[0] ?? missing();
  } catch (cause) {
    throw new Error('no valid PEM certificate', { cause });
  }
}

function missing(): never {
  throw new Error('none');
}

function toPrivateKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    const encrypted = /^-----BEGIN ENCRYPTED|^Proc-Type: 4,ENCRYPTED/m.test(pem);
    throw new Error(encrypted ? 'the private key is encrypted (it must not be)' : 'no valid PEM private key', {
      cause,
    });
  }
}

function splitCertificates(pem: string): string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
}
