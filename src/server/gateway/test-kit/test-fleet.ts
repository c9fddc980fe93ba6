import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../../base/clock.ts';
import { silentLog, type Log } from '../../../base/log.ts';
import { openStore } from '../../../store/open-store.ts';
import type { Store } from '../../../store/store.ts';
import { openAuthority, type Authority } from '../../ca/authority.ts';
import type { SampleBatch, SampleIntake } from '../../samples/sample-batch.ts';
import type { ServerCounters } from '../../server-counters.ts';
import { createGateway, type Gateway, type GatewayOptions } from '../create-gateway.ts';

/** What the gateway counted, as a test reads it. */
export interface Counted extends ServerCounters {
  refusals: string[];
  roundTrips: { host: string; seconds: number }[];
  dropped: { count: number; reason: string }[];
}

export interface Received {
  host: string;
  bootId: string;
  number: number;
  isLate: boolean;
  batch: SampleBatch;
}

/** An intake that keeps what it is given; `fail` and `wait` make it refuse, or take its time. */
export interface TestIntake extends SampleIntake {
  received: Received[];
  fail: boolean;
  wait: Promise<void>;
}

export interface TestFleet {
  store: Store;
  authority: Authority;
  gateway: Gateway;
  port: number;
  counted: Counted;
  intake: TestIntake;
  /** Adds a host; returns its id and a token to join with. */
  addHost: (name: string, expiresInMs?: number) => Promise<{ id: string; token: string }>;
  /** One gateway more on the same state, as another server would have. */
  secondGateway: (options?: Partial<GatewayOptions>) => Promise<{ gateway: Gateway; port: number; counted: Counted }>;
}

/** A gateway with a real store and real TLS, for the length of a test. */
export async function startFleet(options: Partial<GatewayOptions> = {}): Promise<TestFleet> {
  const store = options.store ?? (await openTestStore());
  const log: Log = options.log ?? silentLog();
  const authority = options.authority ?? (await openAuthority({ store, clock: systemClock, log }));
  const counted = createCounted();
  const intake = createTestIntake();

  const start = async (own: Counted, more: Partial<GatewayOptions>) => {
    const instanceId = randomUUID();
    await store.instances.start({ id: instanceId, serverId: randomUUID(), version: '0.1.0', address: '' });
    const gateway = createGateway({
      ...{ store, authority, intake, counters: own, instanceId, address: '127.0.0.1', port: 0 },
      ...{ heartbeatMs: 15_000, sampleMs: 15_000, agentCertificateMs: dayMs * 90, serverCertificateMs: dayMs * 90 },
      ...{ clock: systemClock, log },
      ...more,
    });
    onTestFinished(() => gateway.stop(5000));
    const { port } = await gateway.start();
    return { gateway, port, counted: own };
  };

  const { gateway, port } = await start(counted, options);
  return {
    ...{ store, authority, gateway, port, counted, intake },
    async addHost(name, expiresInMs = 3_600_000) {
      const id = randomUUID();
      const token = randomBytes(24).toString('base64url');
      await store.hosts.create({ id, name, agentUrl: '' });
      const hash = createHash('sha256').update(token).digest('hex');
      await store.joinTokens.create({ hash, hostId: id, expiresAt: (await store.now()) + expiresInMs });
      return { id, token };
    },
    secondGateway: (more = {}) => start(createCounted(), more),
  };
}

const dayMs = 86_400_000;

/** SQLite in a folder of its own. */
export async function openTestStore(): Promise<Store> {
  const data = mkdtempSync(join(tmpdir(), 'tallyman-gateway-'));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  const store = await openStore({ data, database: '', role: 'server', secret: undefined, log: silentLog() });
  onTestFinished(() => store.close());
  return store;
}

function createCounted(): Counted {
  const counted: Counted = {
    refusals: [],
    roundTrips: [],
    dropped: [],
    apiRequest: () => undefined,
    roundTrip: (host, seconds) => void counted.roundTrips.push({ host, seconds }),
    samplesReceived: () => undefined,
    samplesDropped: (count, reason) => void counted.dropped.push({ count, reason }),
    refused: (reason) => void counted.refusals.push(reason),
    forgetHost: () => undefined,
  };
  return counted;
}

function createTestIntake(): TestIntake {
  const seen = new Set<string>();
  const intake: TestIntake = {
    received: [],
    fail: false,
    wait: Promise.resolve(),
    async receive(host, { bootId, number, isLate }, batch) {
      await intake.wait;
      if (intake.fail) throw new Error('no room');
      const key = `${host.id} ${bootId} ${number}`;
      if (seen.has(key)) return 'duplicate';
      seen.add(key);
      intake.received.push({ host: host.name, bootId, number, isLate, batch });
      return 'stored';
    },
  };
  return intake;
}
