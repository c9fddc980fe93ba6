import { afterEach, describe, expect, test } from 'vitest';
import { closeCodes } from '../protocol/close-codes.ts';
import { keptBytes } from '../protocol/limits.ts';
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
  await simulated.time.advance(1000);
  return simulated;
}

const minute = 60_000;

function values({ server }: SimulatedAgent): number[] {
  return server.batches.flatMap(({ series }) => Object.values(series));
}

describe('together', () => {
  test('a batch every 15 s, stored once and forgotten', async () => {
    const simulated = await start();
    const { time, server, agent } = simulated;
    await time.advance(10 * minute);
    expect(values(simulated)).toEqual(Array.from({ length: 41 }, (_, index) => index + 1));
    expect(server.batches.map(({ number }) => number)).toEqual(values(simulated));
    const times = server.batches.map(({ at }) => at);
    expect(times.map((at) => at - (times[0] ?? 0))).toEqual(times.map((_, index) => index * 15_000));
    expect(agent.figures()).toMatchObject({
      waiting: { batches: 0, bytes: 0 },
      stored: 41,
      reconnects: 0,
      isConnected: true,
    });
  });

  test('label sets are named once', async () => {
    const { time, engine, server } = await start();
    engine.labels = (collection) => `container_name="${collection < 6 ? 'web' : 'db'}"`;
    await time.advance(2 * minute);
    expect(server.batches.at(-1)?.series).toEqual({ 'container_memory_usage_bytes{container_name="db"}': 9 });
  });

  test("the interval of samples is the welcome's", async () => {
    const { time, server } = await start();
    server.welcome = { sampleMs: 5000, heartbeatMs: 5000 };
    server.closeAll(closeCodes.going);
    await time.advance(2000);
    const before = server.batches.length;
    await time.advance(minute);
    expect(server.batches.length - before).toBe(12);
  });

  test('a collection that is slow costs ticks, which do not pile up', async () => {
    const { time, engine, server } = await start();
    engine.before = () => new Promise((resolve) => void time.after(40_000, () => resolve()));
    await time.advance(5 * minute);
    const times = server.batches.slice(1).map(({ at }) => at);
    expect(times.map((at) => at - (times[0] ?? 0))).toEqual(times.map((_, index) => index * 45_000));
    engine.before = () => Promise.resolve();
    await time.advance(minute);
  });
});

describe('apart', () => {
  test('ten minutes: 40 batches are kept, and delivered in their order with their times, none lost, none twice', async () => {
    const simulated = await start();
    const { time, server, network, agent } = simulated;
    await time.advance(10_000);
    const before = server.batches.length;
    network.state = 'down';
    network.cut();
    await time.advance(10 * minute);
    expect(agent.figures()).toMatchObject({ isConnected: false, waiting: { batches: 40 } });
    expect(server.batches).toHaveLength(before);
    network.state = 'up';
    await time.advance(minute);
    const late = server.batches.slice(before, before + 40);
    expect(late.map(({ number }) => number)).toEqual(late.map((_, index) => before + index + 1));
    const first = server.batches[0]?.at ?? 0;
    expect(server.batches.map(({ at }) => at - first).toSorted((a, b) => a - b)).toEqual(
      server.batches.map((_, index) => index * 15_000),
    );
    expect(new Set(values(simulated)).size).toBe(server.batches.length);
    expect(server.repeated).toEqual([]);
    expect(agent.figures()).toMatchObject({ waiting: { batches: 0 }, reconnects: 1 });
    expect(Object.values(agent.figures().dropped)).toEqual([0, 0, 0, 0, 0]);
  });

  test('the network is silent: noticed, and what was on its way is sent again', async () => {
    const simulated = await start();
    const { time, server, network, agent } = simulated;
    network.state = 'silent';
    await time.advance(10 * minute);
    expect(agent.figures().isConnected).toBe(false);
    network.state = 'up';
    await time.advance(2 * minute);
    expect(server.batches.map(({ number }) => number).toSorted((a, b) => a - b)).toEqual(
      server.batches.map((_, index) => index + 1),
    );
    expect(agent.figures()).toMatchObject({ isConnected: true, waiting: { batches: 0 } });
  });

  test('live batches do not wait for the old ones', async () => {
    const { time, server, network } = await start();
    network.state = 'down';
    network.cut();
    await time.advance(30 * minute);
    server.storing = (number) => (number <= 100 ? 'silence' : 'stored');
    network.state = 'up';
    await time.advance(2 * minute);
    expect(Math.max(...server.batches.map(({ number }) => number))).toBeGreaterThan(122);
  });

  test('an hour is kept; what is older goes first, and is counted', async () => {
    const { time, server, network, agent } = await start();
    network.state = 'down';
    network.cut();
    await time.advance(90 * minute);
    const { dropped, waiting } = agent.figures();
    expect(waiting.batches).toBe(241);
    expect(dropped).toMatchObject({ age: 119, memory: 0 });
    network.state = 'up';
    await time.advance(2 * minute);
    const [, firstLate] = server.batches;
    expect(firstLate?.number).toBeGreaterThan(120);
    expect(server.heartbeats.at(-1)?.dropped).toMatchObject({ age: agent.figures().dropped.age });
  });

  test('no more memory than the bound; the oldest go first, and are counted', async () => {
    const { time, engine, network, agent } = await start();
    // Random letters do not deflate well: each batch takes some hundred kilobytes.
    const random = (): string =>
      Array.from({ length: 8000 }, () => String.fromCodePoint(0x4e00 + Math.floor(Math.random() * 20_000))).join('');
    const take = engine.take.bind(engine);
    engine.take = async () => {
      const taken = await take();
      const [[metric]] = [...taken.samples.families()] as [[Parameters<typeof taken.samples.add>[0], unknown]];
      for (let index = 0; index < 20; index += 1) taken.samples.add(metric, `a="${random()}"`, 1);
      return taken;
    };
    network.state = 'down';
    network.cut();
    await time.advance(30 * minute);
    const { waiting, dropped } = agent.figures();
    expect(waiting.bytes).toBeLessThanOrEqual(keptBytes);
    expect(waiting.bytes).toBeGreaterThan(keptBytes / 2);
    expect(dropped.memory).toBeGreaterThan(0);
    expect(dropped.memory + waiting.batches).toBe(120);
    expect(dropped.age).toBe(0);
  });

  test('samples are taken from the start, also when no server answers then', async () => {
    const simulated = await createSimulatedAgent();
    running.push(simulated);
    simulated.network.state = 'down';
    simulated.agent.start();
    await simulated.time.advance(5 * minute);
    simulated.network.state = 'up';
    await simulated.time.advance(minute);
    expect(
      values(simulated)
        .toSorted((a, b) => a - b)
        .slice(0, 20),
    ).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });
});

describe('answers', () => {
  test('a batch is kept until it is stored, and offered again under its number', async () => {
    const { time, server, agent } = await start();
    let attempts = 0;
    server.storing = () => {
      attempts += 1;
      return 'silence';
    };
    await time.advance(2 * minute);
    expect(agent.figures().waiting.batches).toBe(8);
    expect(attempts).toBeGreaterThan(8);
    server.storing = () => 'stored';
    await time.advance(minute);
    expect(agent.figures()).toMatchObject({ waiting: { batches: 0 }, reconnects: 0 });
    expect(server.batches.map(({ number }) => number).toSorted((a, b) => a - b)).toEqual(
      server.batches.map((_, index) => index + 1),
    );
  });

  test('stored, but the answer was lost: sent again after the reconnect under the same number', async () => {
    const { time, server, network, agent } = await start();
    await time.advance(14_000 - 5);
    // The next batch arrives; its answer does not.
    server.storing = () => {
      network.cut();
      server.storing = () => 'stored';
      return 'stored';
    };
    await time.advance(2 * minute);
    expect(server.repeated).toEqual([2]);
    expect(agent.figures().waiting.batches).toBe(0);
  });

  test('a rejected batch is forgotten, and counted', async () => {
    const { time, server, agent } = await start();
    server.storing = (number) => (number === 3 ? 'rejected' : 'stored');
    await time.advance(2 * minute);
    expect(agent.figures()).toMatchObject({ waiting: { batches: 0 }, dropped: { rejected: 1 } });
  });

  test('a batch over which the server ends the connection again and again is given up', async () => {
    const { time, server, agent } = await start();
    server.storing = (number) => {
      if (number !== 3) return 'stored';
      server.closeAll(closeCodes.violation);
      return 'silence';
    };
    await time.advance(5 * minute);
    expect(agent.figures().dropped.violation).toBe(1);
    expect(agent.figures().waiting.batches).toBe(0);
    expect(server.batches.map(({ number }) => number)).not.toContain(3);
  });
});
