import { systemClock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { heartbeatMs } from '../protocol/limits.ts';
import { permissions } from '../protocol/permissions.ts';
import { openStore } from '../store/open-store.ts';
import { createApi } from './api/create-api.ts';
import { openAuthority } from './ca/authority.ts';
import { createFleet } from './fleet/create-fleet.ts';
import { createJoinFacts } from './join-facts.ts';
import { createServerMetrics } from './metrics/server-metrics.ts';
import type { Principal } from './principal.ts';
import { defaultSupplyChainConfig } from './supply-chain/config.ts';
import { createSupplyChain, type SupplyChain } from './supply-chain/create-supply-chain.ts';

export interface LocalApiOptions {
  /** The server's data folder; may be empty with a database. */
  data: string;
  /** PostgreSQL's URL; empty for SQLite in the data folder. */
  database: string;
  secret: string | undefined;
  /** Of this process, for scanners. */
  environment: Readonly<Record<string, string | undefined>>;
  log: Log;
}

export interface LocalApi {
  /** As the server's HTTP API; never rejects. */
  fetch(request: Request): Promise<Response>;
  close(): Promise<void>;
}

/** Whoever can read the state's files may do everything. */
const local: Principal = { kind: 'local', name: 'local', permissions: new Set(permissions), hosts: undefined };

/**
 * The server's API in this process, on the server's state: for commands on the server's machine, also while a server
 * runs. Rejects as openStore does.
 */
export async function openLocalApi({ data, database, secret, environment, log }: LocalApiOptions): Promise<LocalApi> {
  const store = await openStore({ data, database, role: 'tool', secret, log });
  const measured = createServerMetrics();
  let supplyChain: SupplyChain | undefined;
  const close = async (): Promise<void> => {
    measured.stop();
    await supplyChain?.stop();
    await store.close();
  };
  try {
    const clock = systemClock;
    const authority = await openAuthority({ store, clock, log });
    const fleet = createFleet({ store, heartbeatMs, clock, log });
    const config = { ...defaultSupplyChainConfig, scan: { ...defaultSupplyChainConfig.scan, environment } };
    supplyChain = createSupplyChain({ store, fleet, config, hasLabels: true, clock, log, inBackground: false });
    const api = createApi({
      store,
      fleet,
      counters: measured.counters,
      routes: supplyChain.routes,
      join: createJoinFacts(store, authority),
      isMetricsPublic: false,
      // A server that runs sees for itself within seconds that the host is gone.
      cutHost: () => undefined,
      clock,
      log,
    });
    const context = { remoteAddress: '', isTls: false, principal: local };
    return { fetch: (request) => api.fetch(request, context), close };
  } catch (error) {
    await close();
    throw error;
  }
}
