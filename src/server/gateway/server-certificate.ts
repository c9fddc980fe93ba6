import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Store } from '../../store/store.ts';
import type { Authority } from '../ca/authority.ts';
import { repeat, type Repetition } from '../tasks/repeat.ts';

/** A key and its chain (PEM), as a TLS server takes them. */
export interface KeyAndChain {
  key: string;
  cert: string;
}

/** This process' own certificate; its key is never stored. At two thirds of its life it is followed by the next. */
export interface ServerCertificate {
  /** Makes the first one. */
  start(): Promise<KeyAndChain>;
  /** Unix milliseconds; 0 before the start. */
  notAfter(): number;
  stop(): Promise<void>;
}

/** A timer of months would pass what a timer can hold, and would not see the clock set: it is looked at now and then. */
const mostBetweenLooksMs = 3_600_000;
const looksInLife = 30;

export function createServerCertificate(options: {
  store: Pick<Store, 'certificates'>;
  authority: Authority;
  lifetimeMs: number;
  clock: Clock;
  log: Log;
  /** Takes the place of the one before, for connections to come. */
  onRenewed: (pair: KeyAndChain) => void;
}): ServerCertificate {
  const { store, authority, lifetimeMs, clock, log, onRenewed } = options;
  let notAfter = 0;
  let renewAt = Number.POSITIVE_INFINITY;
  let looks: Repetition | undefined;

  const make = async (): Promise<KeyAndChain> => {
    const madeAt = clock.now();
    const issued = await authority.issueServer({ lifetimeMs });
    const { serial, publicKeyHash: publicKey, notBefore } = issued;
    await store.certificates.create({ serial, hostId: undefined, publicKey, notBefore, notAfter: issued.notAfter });
    notAfter = issued.notAfter;
    renewAt = madeAt + ((notAfter - madeAt) * 2) / 3;
    return { key: issued.keyPem, cert: issued.certPem };
  };
  const look = async (): Promise<void> => {
    if (clock.now() < renewAt) return;
    onRenewed(await make());
    log.info({ notAfter: new Date(notAfter).toISOString() }, "the server's certificate for agents was renewed");
  };

  return {
    async start() {
      const pair = await make();
      const everyMs = Math.min(mostBetweenLooksMs, lifetimeMs / looksInLife);
      looks = repeat({ name: 'server certificate', everyMs, log }, look);
      return pair;
    },
    notAfter: () => notAfter,
    async stop() {
      await looks?.stop();
    },
  };
}
