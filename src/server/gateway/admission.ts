import type { TLSSocket } from 'node:tls';
import { readAgent, presentedChain, type CertificateRefusal } from '../../protocol/certificate-names.ts';
import type { CertificateRow, HostRow, Store } from '../../store/store.ts';
import type { Authority } from '../ca/authority.ts';
import { denied, type Denial } from './denial.ts';
import type { Refusal } from './refusals.ts';

/** Who has connected: what the certificate says, as the database knows it. */
export interface Admitted {
  host: HostRow;
  certificate: CertificateRow;
  /** When the newest connection that the database knows began; 0: none. Clocks can be set back: this one begins later. */
  newestAt: number;
}

/**
 * Whether whoever is at the other end of a TLS connection may speak for a host: by its certificate and by what the
 * database says of it now. Nothing else is trusted, neither names nor addresses.
 */
export async function admit(
  socket: TLSSocket,
  options: { store: Pick<Store, 'certificates' | 'hosts' | 'presences'>; authority: Authority; now: number },
): Promise<Admitted | { refusal: Refusal; denial: Denial; host?: string }> {
  const { store, authority, now } = options;
  const chain = presentedChain(socket.getPeerCertificate(true));
  if (chain === undefined) {
    const detail = 'agents connect with the certificate they got when they joined';
    return { refusal: 'no_certificate', denial: denied('CONNECT_CERTIFICATE_MISSING', 401, detail) };
  }
  const agent = readAgent(chain.leaf, authority.certificate, now);
  if ('refused' in agent) return untrusted(agent);
  // OpenSSL's own opinion, by this machine's clock; what it looks at beyond ours is whole as well.
  if (!socket.authorized) return untrusted({ refused: 'foreign', text: 'its certificate does not verify' });
  const certificate = await store.certificates.get(agent.serial);
  const host = await store.hosts.getById(agent.hostId);
  if (host === undefined) {
    return { refusal: 'removed', denial: denied('CONNECT_HOST_REMOVED', 403, 'the host was removed from the fleet') };
  }
  if (certificate === undefined || certificate.hostId !== host.id) {
    // After the database was put back to what it was before the certificate: another one may know it again.
    const detail =
      'this certificate is not in the database: if it lasts, make a new join line with `tallyman host join-token`';
    const denial = denied('CONNECT_CERTIFICATE_UNKNOWN', 403, detail);
    return { refusal: 'unknown_certificate', denial, host: host.name };
  }
  if (certificate.revokedAt !== undefined) {
    const detail = 'this certificate was revoked: make a new join line with `tallyman host join-token`';
    return { refusal: 'revoked', denial: denied('CONNECT_REVOKED', 403, detail), host: host.name };
  }
  const newest = await store.presences.of(host.id);
  return { host, certificate, newestAt: newest?.connectedAt ?? 0 };
}

const refusals: Readonly<Record<CertificateRefusal['refused'], Refusal>> = {
  unreadable: 'foreign_certificate',
  foreign: 'foreign_certificate',
  not_yet_valid: 'expired_certificate',
  expired: 'expired_certificate',
  purpose: 'wrong_purpose',
};

function untrusted({ refused, text }: CertificateRefusal): { refusal: Refusal; denial: Denial } {
  return { refusal: refusals[refused], denial: denied('CONNECT_CERTIFICATE_REFUSED', 401, text) };
}
