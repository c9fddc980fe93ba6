import { createStampedReads } from './file-stamps.ts';
import { loadSecureContext } from './tls-settings.ts';
import type { WebConfigResult } from './web-config.ts';

export interface TlsPair {
  certFile: string;
  keyFile: string;
}

/** TLS 1.2 and 1.3 with one certificate and its key, both PEM files, and nothing else between clients and routes. */
export function loadTlsPair(pair: TlsPair): WebConfigResult {
  const faults: string[] = [];
  const reads = createStampedReads();
  const context = loadSecureContext(
    {
      certificate: { key: 'certificate', file: pair.certFile },
      privateKey: { key: 'private key', file: pair.keyFile },
      clientCa: undefined,
      context: { minVersion: 'TLSv1.2' },
    },
    reads,
    (key, message) => faults.push(`${key}: ${message}`),
  );
  if (context === undefined) return { ok: false, faults, stamps: reads.stamps };
  const tls = { context, clientAuthType: 'NoClientCert', clientAllowedSans: undefined } as const;
  return { ok: true, config: { tls, headers: {}, users: new Map(), rateLimit: undefined }, stamps: reads.stamps };
}
