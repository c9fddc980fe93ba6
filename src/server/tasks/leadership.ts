import type { Log } from '../../base/log.ts';
import type { Store } from '../../store/store.ts';
import { repeat } from './repeat.ts';

/** A server that dies is followed by another one within this and one renewal: well below 30 s. */
const leaseMs = 15_000;
const renewEveryMs = 5000;
const leaseName = 'leader';

export interface Leadership {
  /** Whether this server is the one that evaluates schedules and states now. */
  isLeader(): boolean;
  /** Gives the lease back, so that another server need not wait for its end. */
  stop(): Promise<void>;
}

/**
 * One server at a time leads: the one that holds a lease in the database, by the database's clock. A leader that
 * cannot renew in time stops leading before its lease ends, by its own monotonic clock.
 */
export function createLeadership(options: {
  store: Store;
  instanceId: string;
  monotonic: () => number;
  log: Log;
}): Leadership {
  const { store, instanceId, monotonic, log } = options;
  let leadsUntil = Number.NEGATIVE_INFINITY;
  let wasLeader = false;

  const renewal = repeat({ name: 'leadership', everyMs: renewEveryMs, log }, async () => {
    const askedAt = monotonic();
    const isHeld = await store.leases.hold(leaseName, instanceId, leaseMs);
    // Counted from before the question: the lease cannot end earlier in the database than here.
    leadsUntil = isHeld ? askedAt + leaseMs : Number.NEGATIVE_INFINITY;
    if (isHeld !== wasLeader) {
      log.info(isHeld ? 'this server evaluates states and schedules now' : 'another server evaluates states now');
    }
    wasLeader = isHeld;
  });

  return {
    isLeader: () => monotonic() < leadsUntil,
    async stop() {
      await renewal.stop();
      leadsUntil = Number.NEGATIVE_INFINITY;
      await store.leases.release(leaseName, instanceId).catch(() => undefined);
    },
  };
}
