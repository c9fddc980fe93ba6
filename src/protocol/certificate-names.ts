import { createHash, X509Certificate } from 'node:crypto';

/**
 * How certificates of the fleet name who they are for, and how either side checks the other's. Both are pure: the
 * bytes (DER) as the TLS connection gave them, and the time.
 */
export const serverUrn = 'urn:tallyman:server';
const hostUrnStart = 'urn:tallyman:host:';
const serverAuthentication = '1.3.6.1.5.5.7.3.1';
const clientAuthentication = '1.3.6.1.5.5.7.3.2';

/** What an agent's certificate carries as its only subject alternative name (a URI). */
export function hostUrn(hostId: string): string {
  return `${hostUrnStart}${hostId}`;
}

/** `sha256:` and the SHA-256 of a certificate's DER in hexadecimal: what `host add` prints of the CA. */
export function fingerprintOf(der: Uint8Array): string {
  return `sha256:${createHash('sha256').update(der).digest('hex')}`;
}

/** The certificates that the other side of a TLS connection sent (DER): its own, and the one that is said to have signed it. */
export interface PresentedChain {
  leaf: Uint8Array;
  issuer: Uint8Array | undefined;
}

/** The part of a TLS socket's `getPeerCertificate(true)` that is used here; an empty object where none was sent. */
interface PeerCertificate {
  raw?: Uint8Array;
  issuerCertificate?: PeerCertificate | undefined;
}

/** undefined: it sent none. */
export function presentedChain(peer: PeerCertificate | null | undefined): PresentedChain | undefined {
  return peer?.raw === undefined ? undefined : { leaf: peer.raw, issuer: peer.issuerCertificate?.raw };
}

/**
 * Checks a server as its agents have to, before they send anything: the CA it presents is the one with the pinned
 * fingerprint, its certificate is signed by that CA, in force, for servers, and a Tallyman server's. Names of hosts
 * are not looked at. Returns why it is refused, in words for the log; undefined: it is ours.
 * `now` is in Unix milliseconds; `toleranceMs` is how far this clock may be off.
 */
export function refuseServer(
  chain: PresentedChain | undefined,
  fingerprint: string,
  now: number,
  toleranceMs = 0,
): string | undefined {
  if (chain?.issuer === undefined) return 'it sent no certificate of a CA';
  const found = fingerprintOf(chain.issuer);
  if (found !== fingerprint) return `its CA has the fingerprint ${found}, not ${fingerprint}`;
  const checked = checkLeaf(chain.leaf, chain.issuer, { purpose: serverAuthentication, now, toleranceMs });
  if ('refused' in checked) return checked.text;
  return checked.subjectAltName === `URI:${serverUrn}` ? undefined : "its certificate is not a Tallyman server's";
}

/** What a server reads from the certificate of an agent that connects. */
export interface AgentIdentity {
  hostId: string;
  /** Hexadecimal, lower case, no leading zeros. */
  serial: string;
  /** Unix milliseconds. */
  notAfter: number;
}

export interface CertificateRefusal {
  refused: 'unreadable' | 'foreign' | 'not_yet_valid' | 'expired' | 'purpose';
  /** In words for the log. */
  text: string;
}

/** Checks an agent's certificate (DER) against the CA's. Revocation is not looked at. */
export function readAgent(leaf: Uint8Array, ca: Uint8Array, now: number): AgentIdentity | CertificateRefusal {
  const checked = checkLeaf(leaf, ca, { purpose: clientAuthentication, now, toleranceMs: 0 });
  if ('refused' in checked) return checked;
  const name = /^URI:urn:tallyman:host:([0-9a-zA-Z-]{1,64})$/.exec(checked.subjectAltName ?? '');
  if (name?.[1] === undefined) return { refused: 'purpose', text: "its certificate is not an agent's" };
  return { hostId: name[1], serial: plainSerial(checked.serialNumber), notAfter: checked.validToDate.getTime() };
}

/** One spelling for a serial number: lower-case hexadecimal without leading zeros. */
export function plainSerial(serial: string): string {
  return serial.toLowerCase().replace(/^0+(?=.)/, '');
}

function checkLeaf(
  leaf: Uint8Array,
  ca: Uint8Array,
  { purpose, now, toleranceMs }: { purpose: string; now: number; toleranceMs: number },
): X509Certificate | CertificateRefusal {
  const certificate = readCertificate(leaf);
  const issuer = readCertificate(ca);
  if (certificate === undefined || issuer === undefined)
    return { refused: 'unreadable', text: 'a certificate cannot be read' };
  if (!issuer.ca || !certificate.checkIssued(issuer) || !isSignedBy(certificate, issuer)) {
    return { refused: 'foreign', text: 'its certificate is not signed by that CA' };
  }
  if (certificate.ca) return { refused: 'foreign', text: "its certificate is a CA's" };
  if (now + toleranceMs < certificate.validFromDate.getTime())
    return { refused: 'not_yet_valid', text: 'its certificate is not valid yet' };
  if (now - toleranceMs > certificate.validToDate.getTime())
    return { refused: 'expired', text: 'its certificate has expired' };
  // Node calls the extended key usages `keyUsage`.
  const purposes = certificate.keyUsage ?? [];
  if (purposes.length !== 1 || purposes[0] !== purpose)
    return { refused: 'purpose', text: 'its certificate is for another purpose' };
  return certificate;
}

function readCertificate(der: Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(der);
  } catch {
    return undefined;
  }
}

function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.verify(issuer.publicKey);
  } catch {
    return false;
  }
}
