import { afterEach, describe, expect, test } from 'vitest';
import { validityOf } from './certificates.ts';
import { createSimulatedAgent, type SimulatedAgent } from './test-kit/simulated-agent.ts';

const running: SimulatedAgent[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) {
    await one.stop();
    expectOrder(one);
  }
});

/** Nothing runs any more, and nothing was said that the protocol does not allow. */
function expectOrder({ time, server }: SimulatedAgent): void {
  expect(time.pending()).toBe(0);
  expect(server.faults).toEqual([]);
}

async function start(options?: Parameters<typeof createSimulatedAgent>[0]): Promise<SimulatedAgent> {
  const simulated = await createSimulatedAgent(options);
  running.push(simulated);
  simulated.agent.start();
  await simulated.time.advance(100);
  return simulated;
}

const container = (name: string, more: object = {}) => ({
  Id: name.repeat(8),
  Names: [`/${name}`],
  State: 'running',
  ...more,
});

describe('heartbeats', () => {
  test('one at once, then one every interval of the welcome, with how the engine is', async () => {
    const { time, server } = await start();
    expect(server.heartbeats).toHaveLength(1);
    await time.advance(60_000);
    expect(server.heartbeats).toHaveLength(5);
    const times = server.heartbeats.map(({ at }) => at);
    expect(times.map((at) => at - (times[0] ?? 0))).toEqual([0, 15_000, 30_000, 45_000, 60_000]);
    expect(server.heartbeats[4]).toMatchObject({
      engine: { reachable: true, version: '28.5.1' },
      waiting: 0,
      dropped: { age: 0 },
    });
  });

  test('an engine that goes, and one that comes back, is told at once', async () => {
    const { time, server, engine } = await start();
    engine.healthNow = { isReachable: false, version: undefined, fault: 'no socket' };
    engine.watcher?.onDoubt();
    await time.advance(10);
    expect(server.heartbeats.map((beat) => beat.engine.reachable)).toEqual([true, false]);
    expect(server.heartbeats[1]?.engine.error).toBe('no socket');
    engine.watcher?.onDoubt();
    await time.advance(10);
    expect(server.heartbeats).toHaveLength(2);
    engine.healthNow = { isReachable: true, version: '29.0.0', fault: undefined };
    engine.watcher?.onDoubt();
    await time.advance(10);
    expect(server.heartbeats[2]?.engine).toEqual({ reachable: true, version: '29.0.0' });
  });

  test('texts that are too long are cut', async () => {
    const { time, server, engine } = await start();
    engine.healthNow = { isReachable: false, version: 'v'.repeat(500), fault: 'x'.repeat(5000) };
    await time.advance(15_000);
    expect(server.heartbeats[1]?.engine.error).toHaveLength(1024);
    expect(server.heartbeats[1]?.engine.version).toHaveLength(256);
  });

  test('a probe that fails says that the engine does not answer', async () => {
    const { time, server, engine } = await start();
    engine.health = () => Promise.reject(new Error('timed out'));
    await time.advance(15_000);
    expect(server.heartbeats[1]?.engine).toMatchObject({ reachable: false, error: 'timed out' });
  });

  test('a server that hears nothing for 2.5 intervals is left', async () => {
    const { time, server, agent } = await start();
    server.hears = false;
    const heardAt = agent.figures().heardAt ?? 0;
    await time.advance(37_000);
    expect(agent.figures()).toMatchObject({ isConnected: true, heardAt });
    await time.advance(3000);
    expect(agent.figures().reconnects).toBe(1);
  });
});

describe('the inventory', () => {
  test('is sent when the connection opens, and again when it has changed', async () => {
    const simulated = await createSimulatedAgent();
    running.push(simulated);
    const { time, server, engine, agent } = simulated;
    engine.containers = [container('web')];
    agent.start();
    await time.advance(100);
    expect(server.inventories.map(({ containers }) => containers.map(({ name }) => name))).toEqual([['web']]);
    await time.advance(60_000);
    expect(server.inventories).toHaveLength(1);
    engine.containers = [container('web'), container('db')];
    await time.advance(15_000);
    expect(server.inventories).toHaveLength(2);
  });

  test('a change is told within a second, and a hundred changes do not ask a hundred times', async () => {
    const { time, server, engine } = await start();
    await time.advance(2000);
    const { length } = server.inventories;
    const { lists } = engine;
    engine.containers = [container('web')];
    engine.watcher?.onContainerEvent();
    await time.advance(300);
    expect(server.inventories).toHaveLength(length + 1);
    for (let index = 0; index < 100; index += 1) {
      engine.containers = [container('web', { Status: `Exited (${String(index)}) 1 second ago`, State: 'exited' })];
      engine.watcher?.onContainerEvent();
      await time.advance(20);
    }
    await time.advance(700);
    expect(engine.lists - lists).toBeLessThan(8);
    expect(server.inventories.at(-1)?.containers[0]?.exitCode).toBe(99);
  });

  test('what changes while the list is asked for is not missed', async () => {
    const { time, server, engine } = await start();
    await time.advance(2000);
    const { list } = engine;
    engine.list = async (signal) => {
      const listed = await list(signal);
      await new Promise<void>((resolve) => void time.after(400, resolve));
      return listed;
    };
    engine.watcher?.onContainerEvent();
    await time.advance(300);
    engine.containers = [container('late')];
    engine.watcher?.onContainerEvent();
    await time.advance(2000);
    expect(server.inventories.at(-1)?.containers.map(({ name }) => name)).toEqual(['late']);
  });

  test('none is sent while the engine does not answer', async () => {
    const simulated = await createSimulatedAgent();
    running.push(simulated);
    const { time, server, engine, agent } = simulated;
    engine.healthNow = { isReachable: false, version: undefined, fault: 'gone' };
    agent.start();
    await time.advance(60_000);
    expect(server.inventories).toEqual([]);
    expect(server.heartbeats.length).toBeGreaterThan(3);
  });

  test('it is told anew in each connection', async () => {
    const { time, server, engine } = await start();
    engine.containers = [container('web')];
    engine.watcher?.onContainerEvent();
    await time.advance(1000);
    server.closeAll(1000);
    await time.advance(5000);
    expect(server.inventories.at(-1)?.containers).toHaveLength(1);
    expect(server.inventories.length).toBe(3);
  });
});

describe('the certificate', () => {
  const hour = 3_600_000;
  const day = 24 * hour;

  test('renews itself at two thirds of its life, with a new key, and the connection is made anew with it', async () => {
    const { time, server, agent, authority, saved } = await start({ lifetimeMs: 90 * day });
    const before = saved();
    const asked: number[] = [];
    server.renewing = async (csr) => {
      asked.push(time.now());
      const lifetime = { notBefore: new Date(time.now()), notAfter: new Date(time.now() + 90 * day) };
      return { certificate: (await time.during(authority.agent(csr, lifetime))) + authority.certificate };
    };
    server.welcome = { heartbeatMs: hour, sampleMs: hour };
    server.closeAll(1000);
    await time.advance(59 * day);
    expect(saved()).toBe(before);
    await time.advance(2 * day);
    await time.advance(60_000);
    const after = saved();
    expect(after.key).not.toBe(before.key);
    expect(after.authorities).toHaveLength(1);
    const { notBefore, notAfter } = validityOf(before.certificate);
    expect(asked).toHaveLength(1);
    expect(Math.abs((asked[0] ?? 0) - (notBefore + ((notAfter - notBefore) * 2) / 3))).toBeLessThan(60_000);
    expect(agent.figures()).toMatchObject({
      isConnected: true,
      certificateNotAfter: validityOf(after.certificate).notAfter,
    });
    expect(server.hellos).toHaveLength(3);
  }, 120_000);

  test('stays in use while the server gives no other, which is asked for again, less and less often', async () => {
    const { time, server, agent, saved, authority } = await start({ lifetimeMs: 3 * hour });
    const before = saved();
    let asked = 0;
    server.renewing = () => {
      asked += 1;
      return Promise.resolve(asked < 4 ? { error: 'not now' } : undefined);
    };
    await time.advance(2 * hour + 10 * 60_000);
    expect(asked).toBeGreaterThan(4);
    expect(asked).toBeLessThan(15);
    expect(saved()).toBe(before);
    expect(agent.figures()).toMatchObject({ isConnected: true, reconnects: 0 });
    server.renewing = async (csr) => ({ certificate: await time.during(authority.agent(csr)) });
    await time.advance(hour / 2);
    expect(saved()).not.toBe(before);
  }, 120_000);

  test('is not taken when it is for another key', async () => {
    const { time, server, saved, authority } = await start();
    const before = saved();
    const foreign = before.certificate;
    server.renewing = () => Promise.resolve({ certificate: foreign + authority.certificate });
    server.tell({ type: 'renew' });
    await time.advance(1000);
    expect(saved()).toBe(before);
  });

  test('is renewed when the server asks for it', async () => {
    const { time, server, saved, authority } = await start();
    const before = saved();
    server.renewing = async (csr) => ({
      certificate: (await time.during(authority.agent(csr))) + authority.certificate,
    });
    server.tell({ type: 'renew' });
    await time.advance(1000);
    expect(saved()).not.toBe(before);
  });
});

test('revoked: the agent ends, and remembers it', async () => {
  const { time, agent, network, isRevoked } = await start();
  network.refuse = () => ({ denial: 'CONNECT_REVOKED', reason: 'HTTP 403: this certificate was revoked' });
  network.cut();
  await time.advance(2000);
  const error = await agent.ended;
  expect(error.code).toBe('AGENT_REVOKED');
  expect(error.message).toContain('tallyman host add');
  expect(isRevoked()).toBe(true);
});
