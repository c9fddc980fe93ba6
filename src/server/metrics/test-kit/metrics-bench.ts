import { createTempFolder } from '../../../../test/support/temp-folder.ts';
import { parseExposition } from '../../../../test/support/exposition-parser.ts';
import type { Exposition } from '../../../../test/support/exposition.ts';
import type { Clock } from '../../../base/clock.ts';
import { silentLog } from '../../../base/log.ts';
import type { InventoryContainer } from '../../../protocol/frames.ts';
import { permissions } from '../../../protocol/permissions.ts';
import { openStore } from '../../../store/open-store.ts';
import type { Store } from '../../../store/store.ts';
import { createApi } from '../../api/create-api.ts';
import { createFleet } from '../../fleet/create-fleet.ts';
import type { PresenceFacts } from '../../fleet/presence-facts.ts';
import type { Principal } from '../../principal.ts';
import type { SampleFamily } from '../../samples/sample-batch.ts';
import { createSampleStore, type SampleStore } from '../../samples/sample-store.ts';
import { metricsRoutes } from '../metrics-routes.ts';
import { createServerMetrics, type ServerMetrics } from '../server-metrics.ts';

export const instanceId = 'instance-1';

/** A clock that tests move. */
export interface SettableClock extends Clock {
  advance(ms: number): void;
}

/** The routes of this folder behind the real API, over a real SQLite store whose clock stands until it is moved. */
export interface MetricsBench extends AsyncDisposable {
  store: Store;
  samples: SampleStore;
  metrics: ServerMetrics;
  clock: SettableClock;
  /** Adds a host that has joined, and gives its id. */
  addHost(name: string): Promise<string>;
  /** A heartbeat of the host, now. */
  hear(id: string, facts?: Partial<PresenceFacts>): Promise<void>;
  setInventory(id: string, containers: readonly Partial<InventoryContainer>[]): Promise<void>;
  /** Samples of the host, as old as that; a batch more of the same boot each time. */
  send(id: string, families: readonly SampleFamily[], options?: { ageMs?: number; isLate?: boolean }): Promise<void>;
  get(path: string, options?: { hosts?: readonly string[]; headers?: Record<string, string> }): Promise<Response>;
  /** What a path serves as text, read. */
  scrape(path: string, hosts?: readonly string[]): Promise<Exposition>;
}

export const goodFacts: PresenceFacts = {
  engineReachable: true,
  engineVersion: '28.5.1',
  agentVersion: '0.0.0',
  clockSkewSeconds: 0.25,
  certificateNotBefore: 0,
  certificateNotAfter: 4_000_000_000_000,
  goodBeats: 5,
  wasBad: false,
  waitingBatches: 0,
  droppedByAgent: {},
};

export function family(name: string, ...series: readonly (readonly [labels: string, value: number])[]): SampleFamily {
  return { name, labels: series.map(([labels]) => labels), values: series.map(([, value]) => value) };
}

/** `wrap` puts something between all parts and the store. */
export async function openMetricsBench(wrap = (store: Store): Store => store): Promise<MetricsBench> {
  const folder = createTempFolder();
  const log = silentLog();
  const clock = createSettableClock(1_800_000_000_000);
  const real = await openStore({ data: folder.path, database: '', role: 'server', secret: undefined, log, clock });
  const store = wrap(real);
  const metrics = createServerMetrics();
  const { counters } = metrics;
  const samples = createSampleStore({ store, counters, instanceId, clock, log, gatherMs: 0 });
  const fleet = createFleet({ store, heartbeatMs: 15_000, clock, log, serverVersion: '0.0.0' });
  const facts = {
    isLeader: () => true,
    isAuditValid: () => true,
    connections: () => 2,
    serverCertificateEnd: () => 1_900_000_000_000,
    authorityEnd: () => 2_000_000_000_000,
  };
  const api = createApi({
    store,
    fleet,
    counters,
    routes: metricsRoutes({ store, fleet, samples, metrics, facts, clock, log }),
    join: { agentUrls: () => Promise.resolve([]), caFingerprint: () => Promise.resolve('') },
    isMetricsPublic: false,
    cutHost: () => undefined,
    clock,
    log,
  });
  await real.instances.start({ id: instanceId, serverId: real.serverId, version: '0.0.0', address: '' });
  let batches = 0;

  const bench: MetricsBench = {
    store: real,
    samples,
    metrics,
    clock,
    async addHost(name) {
      const id = `id-of-${name}`;
      await real.hosts.create({ id, name, agentUrl: '' });
      await real.hosts.update(id, { joinedAt: clock.now(), agentVersion: '0.0.0' });
      return id;
    },
    async hear(hostId, changed = {}) {
      const facts = JSON.stringify({ ...goodFacts, ...changed });
      const now = clock.now();
      await real.instances.beat(instanceId);
      await real.presences.write([
        { hostId, instanceId, connectionId: `of-${hostId}`, connectedAt: now, heardAt: now, facts },
      ]);
    },
    async setInventory(hostId, containers) {
      const whole = containers.map((container, i) => ({
        id: `c${String(i)}`,
        name: `container-${String(i)}`,
        image: 'bb:1',
        state: 'running',
        health: 'none',
        ...container,
      }));
      await real.inventories.write({ hostId, containers: JSON.stringify(whole) });
    },
    async send(id, families, { ageMs = 0, isLate = false } = {}) {
      batches += 1;
      const origin = { bootId: 'ab'.repeat(8), number: batches, isLate };
      await samples.receive({ id, name: '' }, origin, { at: clock.now() - ageMs, families });
    },
    get(path, { hosts, headers = {} } = {}) {
      const principal: Principal = {
        kind: 'token',
        name: 'test',
        permissions: new Set(permissions),
        hosts: hosts === undefined ? undefined : new Set(hosts),
      };
      const request = new Request(`http://fleet.example${path}`, { headers });
      return api.fetch(request, { remoteAddress: '127.0.0.1', isTls: false, principal });
    },
    async scrape(path, hosts) {
      const response = await bench.get(path, hosts === undefined ? {} : { hosts });
      const text = await response.text();
      if (response.status !== 200) throw new Error(`${String(response.status)} ${text}`);
      return parseExposition(text, 'prometheus');
    },
    async [Symbol.asyncDispose]() {
      await samples.stop();
      metrics.stop();
      await real.close();
      folder.remove();
    },
  };
  return bench;
}

function createSettableClock(start: number): SettableClock {
  let now = start;
  return { now: () => now, monotonic: () => now, advance: (ms) => void (now += ms) };
}
