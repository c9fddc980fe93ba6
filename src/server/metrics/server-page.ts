import { errorText } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { within } from '../../base/within.ts';
import { createOnceLog } from '../../base/once-log.ts';
import { createSamples, type Samples } from '../../metrics/samples.ts';
import type { Store } from '../../store/store.ts';
import type { Fleet, HostView } from '../fleet/fleet.ts';
import { seesHost, type Principal } from '../principal.ts';
import { collectFleet } from './fleet-families.ts';
import { collectAudit, collectFacts, collectStoreUp, type AuditNumbers, type ServerFacts } from './own-families.ts';
import { collectProcess } from './process-families.ts';
import type { ServerMetrics } from './server-metrics.ts';

export interface ServerPageOptions {
  store: Pick<Store, 'audit'>;
  fleet: Fleet;
  metrics: ServerMetrics;
  facts: ServerFacts;
  more?: (samples: Samples, principal: Principal) => Promise<void>;
  log: Log;
}

/**
 * Everything that /metrics shows. Who is limited to hosts sees the families of hosts, of those hosts alone, and whether
 * the database answers; what belongs to no host (requests, audit log, process, certificates of the server) is not for him.
 */
export interface ServerPage {
  /** Never rejects: without the database, or where it takes too long, it is what this process knows by itself. */
  collect(principal: Principal, timeoutMs: number): Promise<Samples>;
}

interface Asked {
  hosts: readonly HostView[];
  audit: AuditNumbers | undefined;
}

export function createServerPage({ store, fleet, metrics, facts, more, log }: ServerPageOptions): ServerPage {
  const onceLog = createOnceLog(log);

  const readAudit = async (): Promise<AuditNumbers> => {
    const [counts, head] = await Promise.all([store.audit.counts(), store.audit.head()]);
    return { counts, head: head.number };
  };

  const ask = async ({ hosts }: Principal, timeoutMs: number): Promise<Asked | undefined> => {
    try {
      const asked = Promise.all([fleet.hosts(hosts), hosts === undefined ? readAudit() : undefined]);
      const [views, audit] = await within(
        asked,
        timeoutMs,
        () => new Error(`no answer within ${String(timeoutMs)} ms`),
      );
      onceLog.reset();
      return { hosts: views, audit };
    } catch (error) {
      onceLog.warn('store', {}, `metrics are served without what the database knows: ${errorText(error)}`);
      return undefined;
    }
  };

  return {
    async collect(principal, timeoutMs) {
      const asked = await ask(principal, timeoutMs);
      const samples = createSamples();
      if (asked !== undefined) collectFleet(asked.hosts, fleet.stacks(asked.hosts), samples);
      const known = asked && new Set(asked.hosts.map(({ name }) => name));
      metrics.process.collectOfHosts(samples, (host) => known?.has(host) ?? seesHost(principal, host));
      collectStoreUp(asked !== undefined, samples);
      if (asked !== undefined) await more?.(samples, principal);
      if (principal.hosts !== undefined) return samples;
      if (asked?.audit !== undefined) collectAudit(asked.audit, samples);
      collectFacts(facts, samples);
      metrics.process.collectOwn(samples);
      collectProcess(samples);
      await metrics.runtime.collect(samples);
      return samples;
    },
  };
}
