import { randomUUID, X509Certificate } from 'node:crypto';
import { buildInfo } from '../base/build-info.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { openStore } from '../store/open-store.ts';
import { createApi } from './api/create-api.ts';
import { ensureAdministrator } from './auth/first-admin.ts';
import { openAuthority } from './ca/authority.ts';
import { createFleet } from './fleet/create-fleet.ts';
import { within } from './gateway/close-listener.ts';
import { createGateway } from './gateway/create-gateway.ts';
import { startHttpSide, type ListenAt } from './http-side.ts';
import { createJoinFacts, reachableUrl, rememberAgentUrls } from './join-facts.ts';
import { createServerMetrics } from './metrics/server-metrics.ts';
import { metricsRoutes } from './metrics/metrics-routes.ts';
import { createSampleStore } from './samples/sample-store.ts';
import type { SupplyChainConfig } from './supply-chain/config.ts';
import { createSupplyChain } from './supply-chain/create-supply-chain.ts';
import { startInstance } from './tasks/instance-life.ts';
import { startLeaderTasks } from './tasks/leader-tasks.ts';

export interface ServerOptions {
  /** Folder of the state. */
  data: string;
  /** PostgreSQL's URL; empty for SQLite in the data folder. */
  database: string;
  secret: string | undefined;
  adminPassword: string | undefined;
  listen: ListenAt;
  agentListen: ListenAt;
  /** What `host add` tells agents; empty for the address that `agentListen` has. */
  agentUrls: readonly string[];
  metrics: { isPublic: boolean; listen: ListenAt | undefined };
  webConfigFile: string | undefined;
  heartbeatMs: number;
  sampleMs: number;
  certificateMs: number;
  auditRetentionMs: number;
  supplyChain: SupplyChainConfig;
  clock: Clock;
  log: Log;
}

export interface FleetServer {
  /** Where it listens in the end. */
  http: ListenAt & { tls: boolean };
  /** Where the metrics have an address of their own. */
  metrics: (ListenAt & { tls: boolean }) | undefined;
  agents: ListenAt;
  /** Of the administrator made at this start, where none was given: to be shown once. */
  generatedPassword: string | undefined;
  /** Ends everything within the deadline; can be called twice. */
  stop(deadlineMs: number): Promise<void>;
}

/** Batches of samples are kept for an hour and a quarter: whatever came late is still there for an hour. */
const sampleRetentionMs = 75 * 60_000;

/** A database that does not answer holds up whoever waits for it, and what has its time by then: all of it ends within this. */
const stopLimitMs = 8000;

/**
 * Starts the fleet's server. Rejects with a TallymanError when its state cannot be opened or an address not be taken;
 * nothing is left running then.
 */
export async function startServer(options: ServerOptions): Promise<FleetServer> {
  const parts: Part[] = [];
  const stop = async (deadlineMs: number): Promise<void> => {
    const end = async (): Promise<void> => {
      // In the reverse order of their start; the store is the last to go.
      for (const part of parts.splice(0).toReversed()) await part(deadlineMs);
    };
    await within(stopLimitMs, end());
  };
  try {
    return { ...(await startParts(options, (part) => parts.push(part))), stop };
  } catch (error) {
    await stop(0);
    throw error;
  }
}

type Part = (deadlineMs: number) => Promise<unknown>;

async function startParts(options: ServerOptions, own: (stop: Part) => void): Promise<Omit<FleetServer, 'stop'>> {
  const { clock, log, heartbeatMs, certificateMs, data, database, secret } = options;
  const store = await openStore({ data, database, role: 'server', secret, log });
  own(() => store.close());
  const authority = await openAuthority({ store, clock, log });
  const { generated } = await ensureAdministrator(store, options.adminPassword);
  const instanceId = randomUUID();
  const measured = createServerMetrics();
  own(() => Promise.resolve(measured.stop()));
  const { counters } = measured;

  const samples = createSampleStore({
    store,
    counters,
    instanceId,
    clock,
    log,
    // A host is offline after so long: until then its last samples count.
    freshMs: Math.max(60_000, 4 * options.sampleMs),
  });
  own(() => samples.stop());
  const fleet = createFleet({ store, heartbeatMs, clock, log });
  const supplyChain = createSupplyChain({ store, fleet, config: options.supplyChain, hasLabels: true, clock, log });
  own(() => supplyChain.stop());
  const tasks = startLeaderTasks({
    store,
    fleet,
    supplyChain,
    instanceId,
    auditRetentionMs: options.auditRetentionMs,
    sampleRetentionMs,
    monotonic: () => clock.monotonic(),
    log,
  });
  own(() => tasks.stop());
  const gateway = createGateway({
    store,
    authority,
    intake: samples,
    counters,
    instanceId,
    ...options.agentListen,
    heartbeatMs,
    sampleMs: options.sampleMs,
    agentCertificateMs: certificateMs,
    serverCertificateMs: certificateMs,
    labelNames: () => supplyChain.labelNames(),
    clock,
    log,
  });
  const api = createApi({
    store,
    fleet,
    counters,
    routes: [
      ...metricsRoutes({
        store,
        fleet,
        samples,
        metrics: measured,
        facts: {
          isLeader: () => tasks.isLeader(),
          isAuditValid: () => tasks.isAuditValid(),
          connections: () => gateway.connections(),
          serverCertificateEnd: () => gateway.serverCertificateNotAfter(),
          authorityEnd: () => Date.parse(new X509Certificate(authority.certificatePem).validTo),
        },
        more: (page, principal) => supplyChain.collect(page, principal),
        clock,
        log,
      }),
      ...supplyChain.routes,
    ],
    join: createJoinFacts(store, authority),
    isMetricsPublic: options.metrics.isPublic,
    cutHost(hostId) {
      gateway.cutHost(hostId);
      samples.forget(hostId);
    },
    clock,
    log,
  });

  await samples.start();
  await supplyChain.start();
  const agents = await gateway.start();
  own((deadlineMs) => gateway.stop(deadlineMs));
  const urls = options.agentUrls.length > 0 ? options.agentUrls : [reachableUrl(agents.address, agents.port)];
  await rememberAgentUrls(store, urls);
  const instance = { id: instanceId, serverId: store.serverId, version: buildInfo.version, address: urls.join(',') };
  const life = await startInstance(store, instance, log);
  own(() => life.stop());
  const http = await startHttpSide({ ...options, metricsListen: options.metrics.listen, api });
  own((deadlineMs) => http.stop(deadlineMs));
  return { http: http.main, metrics: http.metrics, agents, generatedPassword: generated };
}
