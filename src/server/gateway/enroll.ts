import { createHash } from 'node:crypto';
import { TallymanError } from '../../base/errors.ts';
import type { EnrollReply, EnrollRequest } from '../../protocol/enrollment.ts';
import type { HostRow, Store, Tables } from '../../store/store.ts';
import { readCertificateRequest } from '../ca/certificate-request.ts';
import type { Authority, IssuedCertificate } from '../ca/authority.ts';
import { denied, type Denial } from './denial.ts';
import type { Refusal } from './refusals.ts';

export interface EnrollOptions {
  store: Store;
  authority: Authority;
  lifetimeMs: number;
  /** For the audit log. */
  address: string;
  /** By the database's clock. */
  now: number;
}

export type EnrollOutcome =
  | { reply: EnrollReply; hostId: string; hasNewKey: boolean }
  | { refusal: Refusal; denial: Denial };

/**
 * Lets an agent join with its token: a certificate for its key, the host's state and the audit log in one transaction.
 * A token works for one key only; a host that joins with another key than before loses its earlier certificates.
 */
export async function enroll(request: EnrollRequest, options: EnrollOptions): Promise<EnrollOutcome> {
  const { store, authority, lifetimeMs } = options;
  const hash = createHash('sha256').update(request.token).digest('hex');
  const key = await keyOf(request.csr);
  if (typeof key !== 'string') return key;
  // Whose token it is: the signature takes its time, and is made before the transaction that uses the token.
  const hostId = (await store.joinTokens.get(hash))?.hostId;
  const host = hostId === undefined ? undefined : await store.hosts.getById(hostId);
  if (host === undefined) return refused('unknown');
  const certificate = await authority.issueAgent({ csrPem: request.csr, hostId: host.id, lifetimeMs });
  return store.transaction(async (tables) => {
    const use = await tables.joinTokens.use(hash, key);
    if (typeof use === 'string') return refused(use);
    const row = await tables.hosts.getById(use.hostId);
    if (row === undefined || row.id !== host.id) return refused('unknown');
    const hasNewKey = await enter(tables, row, certificate, options);
    const reply = { id: row.id, name: row.name, certificate: certificate.pem, ca: authority.certificatePem };
    return { reply, hostId: row.id, hasNewKey };
  });
}

async function enter(
  tables: Tables,
  host: HostRow,
  certificate: IssuedCertificate,
  options: EnrollOptions,
): Promise<boolean> {
  const { address, now } = options;
  const earlier = (await tables.certificates.ofHost(host.id)).filter(({ revokedAt }) => revokedAt === undefined);
  const hasNewKey = earlier.some(({ publicKey }) => publicKey !== certificate.publicKeyHash);
  if (hasNewKey) await tables.certificates.revokeOfHost(host.id);
  const { serial, publicKeyHash: publicKey, notBefore, notAfter } = certificate;
  await tables.certificates.create({ serial, hostId: host.id, publicKey, notBefore, notAfter });
  if (host.joinedAt === undefined) await tables.hosts.update(host.id, { joinedAt: now });
  const detail = { serial, notAfter, address, revokesEarlier: hasNewKey };
  await tables.audit.append({ actor: `host:${host.name}`, action: 'host.join', target: `host:${host.name}`, detail });
  return hasNewKey;
}

/** The hash of the request's key, or why there is none. */
async function keyOf(csrPem: string): Promise<string | EnrollOutcome> {
  try {
    return (await readCertificateRequest(csrPem)).publicKeyHash;
  } catch (error) {
    if (!(error instanceof TallymanError)) throw error;
    return { refusal: 'bad_certificate_request', denial: denied('JOIN_REQUEST_INVALID', 400, error.message) };
  }
}

function refused(why: 'used' | 'expired' | 'unknown'): EnrollOutcome {
  // Not `host add`: the host is there.
  const again = 'make a new line with `tallyman host join-token`';
  if (why === 'used') {
    const denial = denied('JOIN_TOKEN_USED', 403, `this token was used by another agent: ${again}`);
    return { refusal: 'token_used', denial };
  }
  if (why === 'expired') {
    const denial = denied('JOIN_TOKEN_EXPIRED', 403, `this token has expired: ${again}`);
    return { refusal: 'token_expired', denial };
  }
  const denial = denied('JOIN_TOKEN_UNKNOWN', 403, `there is no such token; it may have been replaced: ${again}`);
  return { refusal: 'token_unknown', denial };
}
