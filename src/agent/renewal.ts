import { createPrivateKey } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { errorText } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { createBackoff } from './backoff.ts';
import { createCertificateRequest } from './certificate-request.ts';
import { belongsTogether, isAuthority, splitCertificates, uniqueCertificates, validityOf } from './certificates.ts';
import type { Identity } from './state/identity.ts';
import type { StateFolder } from './state/state-folder.ts';
import type { Timers } from './timers.ts';

/** A certificate renews itself when this part of its life is over. */
const renewAt = 2 / 3;
/** The time is looked at this often at least: clocks are set, and machines sleep. */
const lookMs = 3_600_000;
/** Whatever a clock says, the next renewal is not sooner than this part of a certificate's life, or an hour. */
const leastPart = 0.1;
const retry = { firstMs: 15_000, limitMs: lookMs };
/** Authorities that are kept: the one of now and those before it. */
const mostAuthorities = 4;

export interface RenewalOptions {
  state: StateFolder;
  identity: () => Identity;
  /** How to ask over the connection; undefined: there is none. */
  request: () => ((csr: string) => Promise<string>) | undefined;
  /** From now on the agent is this. */
  onRenewed: (identity: Identity) => void;
  clock: Clock;
  timers: Timers;
  random: () => number;
  log: Log;
}

/** Gets the agent its next certificate in time. The old one stays in use until the new one is on the disk. */
export interface Renewal {
  /** Looks whether it is time; called when a connection has opened, and by itself from then on. */
  look(): void;
  /** Renews now, whatever the time. */
  renewNow(): void;
  stop(): void;
}

export function createRenewal(options: RenewalOptions): Renewal {
  const { state, clock, timers, random, log } = options;
  const backoff = createBackoff({ ...retry, random });
  let cancel = (): void => undefined;
  let earliest = Number.NEGATIVE_INFINITY;
  let isAsking = false;
  let isStopped = false;

  const schedule = (ms: number): void => {
    cancel();
    if (!isStopped) cancel = timers.after(Math.min(ms, lookMs), look);
  };

  const look = (): void => {
    const dueIn = Math.max(dueAt(options.identity()) - clock.now(), earliest - clock.monotonic());
    if (dueIn > 0) schedule(dueIn);
    else renewNow();
  };

  const renewNow = (): void => {
    if (isAsking || isStopped) return;
    const request = options.request();
    // Without a connection it waits for the next one, which has it look again.
    if (request !== undefined) void ask(request);
  };

  const ask = async (request: (csr: string) => Promise<string>): Promise<void> => {
    isAsking = true;
    try {
      const key = state.nextKey();
      const chain = await request(createCertificateRequest(createPrivateKey(key)));
      if (!isStopped) take(chain, key);
    } catch (error) {
      failed(error);
    } finally {
      isAsking = false;
    }
  };

  const take = (chain: string, key: string): void => {
    const known = options.identity();
    const [certificate = '', ...rest] = splitCertificates(chain);
    const authorities = uniqueCertificates([...rest.filter(isAuthority), ...known.authorities]).slice(
      0,
      mostAuthorities,
    );
    if (!belongsTogether(certificate, key, authorities))
      throw new Error('the certificate is not for the key that was made');
    state.switchToNext(certificate, authorities);
    const { notBefore, notAfter } = validityOf(certificate);
    log.info({ not_after: new Date(notAfter).toISOString() }, "renewed the agent's certificate");
    backoff.reset();
    earliest = clock.monotonic() + Math.min(lookMs, (notAfter - notBefore) * leastPart);
    options.onRenewed({ ...known, certificate, key, authorities });
    look();
  };

  const failed = (error: unknown): void => {
    if (isStopped) return;
    const afterMs = backoff.next();
    log.warn({ reason: errorText(error), retry_ms: afterMs }, "could not renew the agent's certificate");
    schedule(afterMs);
  };

  return {
    look,
    renewNow,
    stop() {
      isStopped = true;
      cancel();
    },
  };
}

function dueAt({ certificate }: Identity): number {
  const { notBefore, notAfter } = validityOf(certificate);
  return notBefore + (notAfter - notBefore) * renewAt;
}
