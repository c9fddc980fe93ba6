import type { TLSSocket } from 'node:tls';
import { presentedChain, refuseServer } from '../protocol/certificate-names.ts';

/**
 * How far a host's clock may be off before it takes its servers' certificates for expired, or not valid yet: a wrong
 * clock is to be seen in the fleet, not to make the host disappear.
 */
const toleranceMs = 24 * 3_600_000;

/**
 * Whether a server that the agent reached is one of its fleet: an authority with one of these fingerprints signed it as
 * a server. Returns why not. Neither OpenSSL's list of authorities nor names of hosts are looked at.
 */
export function refuseStranger(socket: TLSSocket, fingerprints: readonly string[], now: number): string | undefined {
  const chain = presentedChain(socket.getPeerCertificate(true));
  let reason: string | undefined = 'the agent knows no authority';
  for (const fingerprint of fingerprints) {
    reason = refuseServer(chain, fingerprint, now, toleranceMs);
    if (reason === undefined) return undefined;
  }
  return reason;
}
