import type { Store } from '../../store/store.ts';
import { TallymanError } from '../../base/errors.ts';
import type { Authority } from '../ca/authority.ts';
import { createAllowances } from './allowances.ts';
import { renewals } from './gateway-limits.ts';

export interface RenewedCertificate {
  /** The certificate and the CA's, PEM. */
  chain: string;
  notBefore: number;
  notAfter: number;
}

/** Gives connected agents their next certificate. */
export interface CertificateRenewals {
  /** `serial` is the certificate that the agent is connected with. A text says why not; it is told to the agent. */
  renew(host: { id: string; name: string }, serial: string, csrPem: string): Promise<RenewedCertificate | string>;
}

export function createCertificateRenewals(options: {
  store: Store;
  authority: Authority;
  lifetimeMs: number;
  monotonic: () => number;
}): CertificateRenewals {
  const { store, authority, lifetimeMs } = options;
  const allowances = createAllowances(renewals, options.monotonic);
  return {
    async renew(host, serial, csrPem) {
      const waitMs = allowances.waitMs(host.id);
      if (waitMs > 0) return `renewed too often: try again in ${Math.ceil(waitMs / 1000)} s`;
      allowances.charge(host.id);
      try {
        const issued = await authority.issueAgent({ csrPem, hostId: host.id, lifetimeMs });
        const { publicKeyHash: publicKey, notBefore, notAfter } = issued;
        const isEntered = await store.transaction(async (tables) => {
          const current = await tables.certificates.get(serial);
          if (current === undefined || current.revokedAt !== undefined) return false;
          if ((await tables.hosts.getById(host.id)) === undefined) return false;
          await tables.certificates.create({ serial: issued.serial, hostId: host.id, publicKey, notBefore, notAfter });
          const detail = { serial: issued.serial, notAfter, replaces: serial };
          await tables.audit.append({
            actor: `host:${host.name}`,
            action: 'host.renew',
            target: `host:${host.name}`,
            detail,
          });
          return true;
        });
        if (!isEntered) return 'this certificate was revoked';
        return { chain: issued.pem + authority.certificatePem, notBefore, notAfter };
      } catch (error) {
        if (error instanceof TallymanError && error.code === 'CA_REQUEST_INVALID') return error.message;
        throw error;
      }
    },
  };
}
