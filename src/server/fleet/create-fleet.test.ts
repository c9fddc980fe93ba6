import { expect, test } from 'vitest';
import { silentLog } from '../../base/log.ts';
import { createTempFolder } from '../../../test/support/temp-folder.ts';
import type { InventoryContainer } from '../../protocol/frames.ts';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import { createFleet } from './create-fleet.ts';
import type { Fleet, HostView } from './fleet.ts';

const log = silentLog();
const facts = {
  engineReachable: true,
  engineVersion: '28.5.1',
  agentVersion: '1.0.0',
  clockSkewSeconds: 0.5,
  certificateNotAfter: 4_000_000_000_000,
  goodBeats: 3,
  wasBad: false,
  waitingBatches: 0,
  droppedByAgent: {},
};

interface Bench extends AsyncDisposable {
  store: Store;
  fleet: Fleet;
  now(): number;
  advance(ms: number): void;
  addHost(name: string): Promise<string>;
  hear(hostId: string, options?: { instanceId?: string; facts?: string; connectedAt?: number }): Promise<void>;
  host(name: string): Promise<HostView>;
}

async function openBench(): Promise<Bench> {
  const folder = createTempFolder();
  let now = 1_800_000_000_000;
  const clock = { now: () => now, monotonic: () => now };
  const store = await openStore({ data: folder.path, database: '', role: 'server', secret: undefined, log, clock });
  const fleet = createFleet({ store, heartbeatMs: 15_000, clock, log, serverVersion: '1.0.0' });
  await store.instances.start({ id: 'i1', serverId: 's1', version: '1.0.0', address: '' });
  return {
    store,
    fleet,
    now: () => now,
    advance: (ms) => void (now += ms),
    async addHost(name) {
      const id = `id-of-${name}`;
      await store.hosts.create({ id, name, agentUrl: '' });
      await store.hosts.update(id, { joinedAt: now });
      return id;
    },
    async hear(hostId, { instanceId = 'i1', facts: text = JSON.stringify(facts), connectedAt = now } = {}) {
      const connectionId = `${instanceId} ${String(connectedAt)}`;
      await store.presences.write([{ hostId, instanceId, connectionId, connectedAt, heardAt: now, facts: text }]);
    },
    async host(name) {
      const [host] = await fleet.hosts(new Set([name]));
      if (host === undefined) throw new Error(`no host ${name}`);
      return host;
    },
    async [Symbol.asyncDispose]() {
      await store.close();
      folder.remove();
    },
  };
}

function inventory(...containers: readonly Partial<InventoryContainer>[]): string {
  return JSON.stringify(containers.map((one) => ({ id: 'c', name: 'c', image: 'bb', state: 'running', ...one })));
}

test('a host from its first day to its end', async () => {
  await using bench = await openBench();
  const { store, fleet } = bench;
  await store.hosts.create({ id: 'new', name: 'new', agentUrl: '' });
  expect(await bench.host('new')).toMatchObject({ status: 'offline', joined: false, lastSeenSeconds: undefined });
  const id = await bench.addHost('web');
  await store.hosts.update(id, {
    exporter: JSON.stringify({ address: '10.0.0.1', port: 9338, tls: true, path: '/m' }),
  });
  expect((await bench.host('web')).reasons).toMatchObject([{ code: 'not_heard_yet' }]);
  await bench.hear(id);
  await store.inventories.write({ hostId: id, containers: inventory({ project: 'shop' }) });
  bench.advance(3000);
  expect(await bench.host('web')).toEqual({
    id,
    name: 'web',
    status: 'online',
    reasons: [],
    lastSeenSeconds: 3,
    joined: true,
    createdAt: bench.now() - 3000,
    agentVersion: '1.0.0',
    engineVersion: '28.5.1',
    clockSkewSeconds: 0.5,
    certificateNotAfter: 4_000_000_000_000,
    exporter: { address: '10.0.0.1', port: 9338, tls: true, path: '/m' },
    containers: [{ id: 'c', name: 'c', image: 'bb', state: 'running', health: 'none', project: 'shop' }],
  });
  expect(fleet.stacks(await fleet.hosts(undefined))).toMatchObject([{ host: 'web', name: 'shop', state: 'running' }]);
  expect((await fleet.hosts(undefined)).map(({ name }) => name)).toEqual(['new', 'web']);
  expect(await fleet.hosts(new Set(['other']))).toEqual([]);
  bench.advance(60_000);
  await store.instances.beat('i1');
  const offline = await bench.host('web');
  expect(offline).toMatchObject({ status: 'offline', lastSeenSeconds: 63, containers: undefined });
  expect(offline).toMatchObject({ engineVersion: undefined, clockSkewSeconds: undefined });
  expect(fleet.stacks([offline])).toEqual([]);
  await store.hosts.remove('web');
  expect(await fleet.hosts(new Set(['web']))).toEqual([]);
});

test('after a restart of its server a host is offline until it is heard again; it was seen, though', async () => {
  await using bench = await openBench();
  const id = await bench.addHost('web');
  await bench.hear(id);
  await bench.store.certificates.create({ serial: 'aa', hostId: id, publicKey: 'k', notBefore: 0, notAfter: 2e12 });
  await bench.store.instances.start({ id: 'i2', serverId: 's1', version: '1.0.0', address: '' });
  bench.advance(1000);
  expect(await bench.host('web')).toMatchObject({
    status: 'offline',
    reasons: [{ code: 'not_heard_yet' }],
    lastSeenSeconds: 1,
    certificateNotAfter: 2e12,
  });
  await bench.hear(id, { instanceId: 'i2' });
  expect(await bench.host('web')).toMatchObject({ status: 'online', certificateNotAfter: 4_000_000_000_000 });
});

test('another server on the database goes on: what it hears counts, what a dead one heard does not outlast it', async () => {
  await using bench = await openBench();
  const { store } = bench;
  await store.instances.start({ id: 'other', serverId: 's2', version: '1.0.0', address: '' });
  const [web, db] = [await bench.addHost('web'), await bench.addHost('db')];
  await bench.hear(web);
  await bench.hear(db, { instanceId: 'other' });
  bench.advance(50_000);
  await store.instances.beat('other');
  await bench.hear(db, { instanceId: 'other' });
  expect(await bench.host('web')).toMatchObject({ status: 'degraded', reasons: [{ code: 'heartbeats_missed' }] });
  expect(await bench.host('db')).toMatchObject({ status: 'online' });
  // The first server is dead for a minute, its entry not yet removed.
  bench.advance(10_000);
  await store.instances.beat('other');
  expect(await bench.host('web')).toMatchObject({ status: 'offline', reasons: [{ code: 'not_heard_yet' }] });
  // The host has come to the other one.
  await bench.hear(web, { instanceId: 'other' });
  expect(await bench.host('web')).toMatchObject({ status: 'online' });
});

test('an inventory from before the connection tells nothing; one that cannot be read neither', async () => {
  await using bench = await openBench();
  const id = await bench.addHost('web');
  await bench.store.inventories.write({ hostId: id, containers: inventory({}) });
  bench.advance(3_600_000);
  await bench.store.instances.start({ id: 'i1', serverId: 's1', version: '1.0.0', address: '' });
  await bench.hear(id);
  expect(await bench.host('web')).toMatchObject({ status: 'online', containers: undefined });
  await bench.store.inventories.write({ hostId: id, containers: inventory({}, {}) });
  expect((await bench.host('web')).containers).toHaveLength(2);
  for (const bad of [
    '',
    '{',
    'null',
    '{}',
    '[1]',
    '[{"id":"c"}]',
    '[{"id":"c","name":"c","image":"b","state":"odd"}]',
  ]) {
    await bench.store.inventories.write({ hostId: id, containers: bad });
    expect(await bench.host('web')).toMatchObject({ status: 'online', containers: undefined });
  }
  await bench.store.inventories.write({ hostId: id, containers: '[]' });
  expect(await bench.host('web')).toMatchObject({ containers: [] });
});

test('rows that cannot be read cost their own host only', async () => {
  await using bench = await openBench();
  const [web, db] = [await bench.addHost('web'), await bench.addHost('db')];
  await bench.hear(db);
  for (const text of ['', '{', '[]', '{"engineReachable":"yes"}']) {
    bench.advance(1);
    await bench.hear(web, { facts: text });
    expect(await bench.host('web')).toMatchObject({ status: 'degraded', reasons: [{ code: 'facts_unreadable' }] });
  }
  await bench.store.hosts.update(web, { exporter: '{"address":1}' });
  expect(await bench.host('web')).toMatchObject({ exporter: undefined });
  expect(await bench.host('db')).toMatchObject({ status: 'online' });
});

test('an inventory is parsed once for as long as it is the same', async () => {
  await using bench = await openBench();
  const id = await bench.addHost('web');
  await bench.hear(id);
  await bench.store.inventories.write({ hostId: id, containers: inventory({ state: 'running' }) });
  const first = await bench.host('web');
  expect((await bench.host('web')).containers).toBe(first.containers);
  // In the same millisecond.
  await bench.store.inventories.write({ hostId: id, containers: inventory({ state: 'exited' }) });
  expect((await bench.host('web')).containers?.[0]?.state).toBe('exited');
});
