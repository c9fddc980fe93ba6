import type { Clock } from '../../base/clock.ts';
import type { Store } from '../../store/store.ts';

/** For this long the store is not asked for the same host's certificates again. */
const rememberMs = 300_000;

/** When the newest certificate of a host ends, for hosts that no server hears at present. */
export interface CertificateEnds {
  /** Unix milliseconds by host; hosts without a certificate in force are left out. */
  of(hostIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
}

export function createCertificateEnds(store: Pick<Store, 'certificates'>, clock: Clock): CertificateEnds {
  const known = new Map<string, { askedAt: number; end: number | undefined }>();
  const isFresh = (id: string): boolean => clock.monotonic() - (known.get(id)?.askedAt ?? -Infinity) < rememberMs;
  return {
    async of(hostIds) {
      for (const id of known.keys()) if (!isFresh(id)) known.delete(id);
      for (const id of hostIds) {
        if (isFresh(id)) continue;
        const newest = (await store.certificates.ofHost(id)).find(({ revokedAt }) => revokedAt === undefined);
        known.set(id, { askedAt: clock.monotonic(), end: newest?.notAfter });
      }
      return new Map(
        hostIds.flatMap((id) => {
          const end = known.get(id)?.end;
          return end === undefined ? [] : [[id, end] as const];
        }),
      );
    },
  };
}
