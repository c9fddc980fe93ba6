import { createHash } from 'node:crypto';
import type { X509Certificate } from '@peculiar/x509';
import type { Clock } from '../../base/clock.ts';
import { TallymanError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { fingerprintOf, hostUrn, plainSerial, serverUrn } from '../../protocol/certificate-names.ts';
import { loadX509 } from '../../protocol/x509.ts';
import type { Store } from '../../store/store.ts';
import { readCertificateRequest } from './certificate-request.ts';
import { issueCertificate, signAuthority, type Issuer } from './issue.ts';
import { importSigningKey, newKey } from './signing-key.ts';

/** Agents' and servers' certificates live this long unless told otherwise. */
export const certificateMs = 90 * 86_400_000;

/** A certificate as it is written to the store and to its owner. */
export interface IssuedCertificate {
  /** The certificate alone, PEM. */
  pem: string;
  /** Hexadecimal. */
  serial: string;
  /** SHA-256 of the public key (SPKI, DER), hexadecimal. */
  publicKeyHash: string;
  notBefore: number;
  notAfter: number;
}

/** The fleet's CA: agents know their servers, and servers their agents, by certificates that it signed. */
export interface Authority {
  /** Its own certificate, PEM. */
  readonly certificatePem: string;
  /** The same, DER. */
  readonly certificate: Buffer;
  /** What join commands carry: see protocol/certificate-names.ts. */
  readonly fingerprint: string;
  /** Throws CA_REQUEST_INVALID. Of the request only the key is used. */
  issueAgent(options: { csrPem: string; hostId: string; lifetimeMs?: number }): Promise<IssuedCertificate>;
  /** With a new key; `certPem` is the chain that the server presents, its own certificate and the CA's. */
  issueServer(options: {
    lifetimeMs?: number;
  }): Promise<Omit<IssuedCertificate, 'pem'> & { keyPem: string; certPem: string }>;
}

export interface AuthorityOptions {
  store: Pick<Store, 'keys' | 'settings'>;
  clock: Clock;
  log: Log;
}

const vaultName = 'ca';
/** The CA's certificate in the settings, for whoever has no business with its key. */
export const authoritySetting = 'ca_certificate';

/**
 * Opens the CA, and makes it where there is none. Key and certificate are stored as one text: of two servers that
 * start at once, both end with the first one's. Throws CA_UNREADABLE.
 */
export async function openAuthority({ store, clock, log }: AuthorityOptions): Promise<Authority> {
  const sealed = (await store.keys.get(vaultName)) ?? (await makeAuthority(store, clock, log));
  const { issuer, pem, der } = await readAuthority(sealed);
  if ((await store.settings.get(authoritySetting)) !== pem) await store.settings.set(authoritySetting, pem);

  return {
    certificatePem: pem,
    certificate: der,
    fingerprint: fingerprintOf(der),

    async issueAgent({ csrPem, hostId, lifetimeMs = certificateMs }) {
      const { publicKey } = await readCertificateRequest(csrPem);
      const names = { commonName: 'Tallyman agent', uri: hostUrn(hostId), purpose: 'clientAuth' } as const;
      return toIssued(await issueCertificate(issuer, { ...names, publicKey, now: clock.now(), lifetimeMs }));
    },

    async issueServer({ lifetimeMs = certificateMs }) {
      const { keyPem, publicKey } = newKey();
      const names = { commonName: 'Tallyman server', uri: serverUrn, purpose: 'serverAuth' } as const;
      const certificate = await issueCertificate(issuer, { ...names, publicKey, now: clock.now(), lifetimeMs });
      const { pem: leafPem, ...facts } = toIssued(certificate);
      return { ...facts, keyPem, certPem: leafPem + pem };
    },
  };
}

async function makeAuthority(store: AuthorityOptions['store'], clock: Clock, log: Log): Promise<string> {
  const { keyPem } = newKey();
  const certificate = await signAuthority(keyPem, clock.now());
  const own = keyPem + toPem(certificate);
  const stored = await store.keys.putIfAbsent(vaultName, own);
  if (stored === own) log.info({ fingerprint: fingerprintOf(toDer(certificate)) }, "the fleet's CA was made");
  return stored;
}

async function readAuthority(sealed: string): Promise<{ issuer: Issuer; pem: string; der: Buffer }> {
  const [, keyPem, certificatePem] =
    /^(-----BEGIN PRIVATE KEY-----[^]+?-----END PRIVATE KEY-----\s)(-----BEGIN CERTIFICATE-----[^]+)$/.exec(sealed) ??
    [];
  try {
    if (keyPem === undefined || certificatePem === undefined) throw new Error('it has not the form of one');
    const { X509Certificate } = await loadX509();
    const certificate = new X509Certificate(certificatePem);
    const { privateKey } = await importSigningKey(keyPem);
    return { issuer: { certificate, key: privateKey }, pem: toPem(certificate), der: toDer(certificate) };
  } catch (cause) {
    throw new TallymanError(
      'CA_UNREADABLE',
      'the CA in the database cannot be read: restore the database from a backup',
      { cause },
    );
  }
}

function toIssued(certificate: X509Certificate): IssuedCertificate {
  const publicKey = new Uint8Array(certificate.publicKey.rawData);
  return {
    pem: toPem(certificate),
    serial: plainSerial(certificate.serialNumber),
    publicKeyHash: createHash('sha256').update(publicKey).digest('hex'),
    notBefore: certificate.notBefore.getTime(),
    notAfter: certificate.notAfter.getTime(),
  };
}

function toPem(certificate: X509Certificate): string {
  return `${certificate.toString('pem').trim()}\n`;
}

function toDer(certificate: X509Certificate): Buffer {
  return Buffer.from(certificate.rawData);
}
