import { expect, test, vi } from 'vitest';
import { waitFor } from '../../../test/support/wait-for.ts';
import { presenceFactsSchema } from '../fleet/presence-facts.ts';
import { connectAndGreet, join } from './test-kit/test-agent.ts';
import { startFleet, type TestFleet } from './test-kit/test-fleet.ts';

const factsOf = async ({ store }: TestFleet, id: string) => {
  const row = await store.presences.of(id);
  return row && presenceFactsSchema.parse(JSON.parse(row.facts));
};

test('the first heartbeat is written at once, with its facts', async () => {
  const fleet = await startFleet();
  const { id, token } = await fleet.addHost('web-1');
  const agent = await connectAndGreet(fleet.port, await join(fleet.port, token));
  const engine = { reachable: true, version: '28.5.1' };
  const seq = agent.heartbeat({ engine, waiting: 3, dropped: { memory: 2 } });
  expect(await agent.next('heard')).toMatchObject({ seq });
  const row = await waitFor('the presence', () => fleet.store.presences.of(id));
  expect(row.heardAt).toBeGreaterThanOrEqual(row.connectedAt);
  expect(await factsOf(fleet, id)).toMatchObject({
    ...{ engineReachable: true, engineVersion: '28.5.1', agentVersion: '0.1.0', goodBeats: 1, wasBad: false },
    ...{ waitingBatches: 3, droppedByAgent: { memory: 2 } },
  });
  const [certificate] = await fleet.store.certificates.ofHost(id);
  expect(await factsOf(fleet, id)).toMatchObject({ certificateNotAfter: certificate?.notAfter });
  expect((await fleet.store.hosts.get('web-1'))?.lastSeenAt).toBe(row.heardAt);
});

test('an engine that is away makes heartbeats bad, until two are good again', async () => {
  const fleet = await startFleet();
  const { id, token } = await fleet.addHost('web-1');
  const agent = await connectAndGreet(fleet.port, await join(fleet.port, token));
  agent.heartbeat();
  agent.heartbeat({ engine: { reachable: false, error: 'connection refused' } });
  const bad = { engineReachable: false, engineError: 'connection refused', goodBeats: 0, wasBad: true };
  await waitFor('a bad one', async () => (await factsOf(fleet, id))?.wasBad === true);
  expect(await factsOf(fleet, id)).toMatchObject(bad);
  agent.heartbeat();
  await waitFor('a good one', async () => (await factsOf(fleet, id))?.goodBeats === 1);
  expect(await factsOf(fleet, id)).toMatchObject({ wasBad: true });
  agent.heartbeat();
  await waitFor('two good ones', async () => (await factsOf(fleet, id))?.wasBad === false);
});

test('a clock that is off is seen', async () => {
  const fleet = await startFleet();
  const { id, token } = await fleet.addHost('web-1');
  const agent = await connectAndGreet(fleet.port, await join(fleet.port, token));
  agent.heartbeat({ at: Date.now() - 60_000 });
  const facts = await waitFor('the facts', () => factsOf(fleet, id));
  expect(facts.clockSkewSeconds).toBeGreaterThan(-70);
  expect(facts.clockSkewSeconds).toBeLessThan(-50);
  expect(facts.wasBad).toBe(true);
});

test("the hello's version and exporter are kept with the host", async () => {
  const { port, store, addHost } = await startFleet();
  const { token } = await addHost('web-1');
  const identity = await join(port, token);
  const exporter = { address: '0.0.0.0', port: 9338, tls: false, path: '/metrics' };
  const agent = await connectAndGreet(port, identity, { version: '9.8.7', exporter });
  const row = await waitFor('the row', async () => {
    const host = await store.hosts.get('web-1');
    return host?.agentVersion === '9.8.7' && host;
  });
  expect(JSON.parse(row.exporter)).toEqual({ address: '127.0.0.1', port: 9338, tls: false, path: '/metrics' });
  agent.ws.close();
  await connectAndGreet(port, identity, { exporter: { ...exporter, address: 'not a name\n' } });
  await waitFor('the row without', async () => (await store.hosts.get('web-1'))?.exporter === '');
});

test('pings measure the way there and back', async () => {
  const { port, counted, addHost } = await startFleet({ heartbeatMs: 100 });
  const agent = await connectAndGreet(port, await join(port, (await addHost('web-1')).token));
  await waitFor('round trips', () => counted.roundTrips.length >= 2);
  const [first] = counted.roundTrips;
  expect(first?.host).toBe('web-1');
  expect(first?.seconds).toBeGreaterThan(0);
  agent.ws.close();
});

test('inventories are kept, the latest of each host', async () => {
  const { port, store, addHost } = await startFleet();
  const { id, token } = await addHost('web-1');
  const agent = await connectAndGreet(port, await join(port, token));
  const write = vi.spyOn(store.inventories, 'write');
  for (let number = 1; number <= 50; number += 1) {
    const containers = [{ id: 'c1', name: `name-${number}`, image: 'busybox', state: 'running', future: true }];
    agent.send({ type: 'inventory', at: Date.now(), containers });
  }
  const row = await waitFor('the last one', async () => {
    const found = await store.inventories.of(id);
    return found?.containers.includes('name-50') === true && found;
  });
  expect(JSON.parse(row.containers)).toEqual([
    { id: 'c1', name: 'name-50', image: 'busybox', state: 'running', health: 'none' },
  ]);
  expect(write.mock.calls.length).toBeLessThan(10);
});

test('what is heard while the database is away is written when it is back', async () => {
  const fleet = await startFleet();
  const { id, token } = await fleet.addHost('web-1');
  const failing = vi.spyOn(fleet.store.presences, 'write').mockRejectedValue(new Error('gone'));
  const inventory = vi.spyOn(fleet.store.inventories, 'write').mockRejectedValue(new Error('gone'));
  const agent = await connectAndGreet(fleet.port, await join(fleet.port, token));
  agent.heartbeat();
  agent.send({ type: 'inventory', at: 1, containers: [] });
  await waitFor('both to be tried again', () => failing.mock.calls.length > 1 && inventory.mock.calls.length > 1);
  failing.mockRestore();
  inventory.mockRestore();
  const row = await waitFor('the presence', () => fleet.store.presences.of(id));
  expect(row.heardAt).toBeGreaterThan(0);
  await waitFor('the inventory', () => fleet.store.inventories.of(id));
});

test('a stop sends agents elsewhere and writes what was heard', async () => {
  const fleet = await startFleet();
  const { id, token } = await fleet.addHost('web-1');
  const identity = await join(fleet.port, token);
  const agent = await connectAndGreet(fleet.port, identity);
  agent.heartbeat();
  await agent.next('heard');
  agent.heartbeat({ waiting: 42 });
  await agent.next('heard');
  await fleet.gateway.stop(5000);
  expect(await agent.closed).toMatchObject({ code: 4004 });
  expect(await factsOf(fleet, id)).toMatchObject({ waitingBatches: 42 });
  await fleet.gateway.stop(0);
  await expect(connectAndGreet(fleet.port, identity)).rejects.toThrow('ECONNREFUSED');
});

test('a stop ends within its deadline, whatever agents do', async () => {
  const fleet = await startFleet();
  const identity = await join(fleet.port, (await fleet.addHost('web-1')).token);
  const agent = await connectAndGreet(fleet.port, identity);
  agent.ws.pause();
  await fleet.gateway.stop(1000);
  expect(fleet.gateway.connections()).toBe(0);
});
