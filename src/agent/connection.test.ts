import { array, assert, asyncProperty, constant, constantFrom, integer, oneof, record } from 'fast-check';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import { closeCodes } from '../protocol/close-codes.ts';
import { encodeFrame } from '../protocol/frame-codec.ts';
import { createConnection, type Connection, type ConnectionOptions, type OpenLink } from './connection.ts';
import { createMemoryNetwork, type MemoryNetwork } from './test-kit/memory-network.ts';
import { createSimulatedTime, type SimulatedTime } from './test-kit/simulated-time.ts';
import { createStandInServer, type StandInServer } from './test-kit/stand-in-server.ts';

interface Bench {
  time: SimulatedTime;
  network: MemoryNetwork;
  server: StandInServer;
  connection: Connection;
  /** What ended each conversation. */
  ends: string[];
  revoked: string[];
  lines: { level: number; msg: string; retry_ms?: number }[];
  link: () => OpenLink | undefined;
}

const benches: Bench[] = [];
afterEach(async () => {
  for (const { connection, time } of benches.splice(0)) {
    const stopped = connection.stop(4000);
    await time.advance(4001);
    await stopped;
    expectNothingLeft(connection, time);
  }
});

function expectNothingLeft(connection: Connection, time: SimulatedTime): void {
  expect(time.pending()).toBe(0);
  expect(connection.phase()).toBe('disconnected');
}

function create(options: Partial<ConnectionOptions> = {}): Bench {
  const time = createSimulatedTime();
  const server = createStandInServer();
  const network = createMemoryNetwork(time, () => server);
  const ends: string[] = [];
  const revoked: string[] = [];
  const lines: Bench['lines'] = [];
  let link: OpenLink | undefined;
  const hello = {
    type: 'hello',
    seq: 1,
    protocol: { oldest: 1, newest: 1 },
    version: '1',
    bootId: 'a'.repeat(16),
    at: 0,
  };
  const connection = createConnection({
    dial: (address, events) => network.dial(address, events),
    servers: ['https://one', 'https://two', 'https://three'],
    hello: () => encodeFrame(hello),
    converse(_, opened) {
      link = opened;
      return {
        receive: (frame) => frame.type === 'heard' && opened.prove(),
        end: ({ reason }) => void ends.push(reason),
      };
    },
    onRevoked: (reason) => void revoked.push(reason),
    timers: time,
    random: () => 0.5,
    log: pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line) as Bench['lines'][number]) }),
    ...options,
  });
  const bench = { time, network, server, connection, ends, revoked, lines, link: () => link };
  benches.push(bench);
  return bench;
}

async function open(options?: Partial<ConnectionOptions>): Promise<Bench> {
  const bench = create(options);
  bench.connection.start();
  await bench.time.advance(100);
  expect(bench.connection.phase()).toBe('open');
  return bench;
}

test('connecting, greeting, open', async () => {
  const { connection, time, server } = create();
  expect(connection.phase()).toBe('disconnected');
  connection.start();
  expect(connection.phase()).toBe('connecting');
  await time.advance(5);
  expect(connection.phase()).toBe('greeting');
  await time.advance(10);
  expect(connection.phase()).toBe('open');
  expect(server.hellos).toHaveLength(1);
  expect(connection.reconnects()).toBe(0);
});

describe('attempts', () => {
  test('begin at a random server and go around', async () => {
    const { connection, network, time } = create({ random: () => 0.99 });
    network.state = 'down';
    connection.start();
    await time.advance(20_000);
    expect(network.dialled.slice(0, 5)).toEqual([
      'https://three',
      'https://one',
      'https://two',
      'https://three',
      'https://one',
    ]);
  });

  test('come less and less often, up to a minute, each time after a random part of the bound', async () => {
    const { connection, network, time, lines } = create({ random: () => 0.999_999 });
    network.state = 'down';
    connection.start();
    await time.advance(300_000);
    expect(lines.map(({ retry_ms }) => retry_ms).slice(0, 9)).toEqual([
      1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000,
    ]);
  });

  test('come soon again after a connection that had worked, and not after one that had not', async () => {
    const { connection, network, time, lines, server, link } = create({ random: () => 0.999_999 });
    network.state = 'down';
    connection.start();
    await time.advance(60_000);
    network.state = 'up';
    await time.advance(64_000);
    expect(connection.phase()).toBe('open');
    network.cut();
    await time.advance(10);
    expect(lines.at(-1)?.retry_ms).toBe(60_000);
    await time.advance(61_000);
    link()?.send(encodeFrame({ type: 'heartbeat', seq: 2, at: 0, engine: { reachable: true } }));
    await time.advance(50);
    expect(server.heartbeats).toHaveLength(1);
    network.cut();
    await time.advance(10);
    expect(lines.at(-1)?.retry_ms).toBe(1000);
  });

  test('end when a server neither refuses nor answers', async () => {
    const { connection, network, time, lines } = create();
    network.state = 'silent';
    connection.start();
    await time.advance(15_000);
    expect(connection.phase()).toBe('waiting');
    expect(lines.at(-1)).toMatchObject({
      msg: 'no connection to the fleet',
      reason: 'it could not be reached in time',
    });
  });

  test('end when a server gives no welcome', async () => {
    const { connection, network, time, lines } = create();
    connection.start();
    await time.advance(6);
    network.state = 'silent';
    await time.advance(15_000);
    expect(connection.phase()).toBe('waiting');
    expect(lines.at(-1)).toMatchObject({ reason: 'it gave no welcome' });
  });
});

describe('the server ends it', () => {
  test.each(['revoked'] as const)('%s: for good', async (reason) => {
    const { connection, server, time, revoked, ends, network } = await open();
    server.closeAll(closeCodes[reason]);
    await time.advance(600_000);
    expect(connection.phase()).toBe('disconnected');
    expect(revoked).toEqual(['the test says so']);
    expect(ends).toHaveLength(1);
    expect(network.dialled).toHaveLength(1);
  });

  test.each(['CONNECT_REVOKED', 'CONNECT_HOST_REMOVED'])('%s, at the handshake: for good', async (denial) => {
    const { connection, network, time, revoked } = create();
    network.refuse = () => ({ denial, reason: 'HTTP 403' });
    connection.start();
    await time.advance(600_000);
    expect(connection.phase()).toBe('disconnected');
    expect(revoked).toEqual(['HTTP 403']);
  });

  test('another denial at the handshake may pass: tried again, not often', async () => {
    const { connection, network, time, revoked, lines } = create();
    network.refuse = () => ({ denial: 'CONNECT_CERTIFICATE_REFUSED', reason: 'HTTP 401' });
    connection.start();
    await time.advance(600_000);
    expect(revoked).toEqual([]);
    expect(network.dialled.length).toBeLessThan(20);
    expect(lines.at(-1)).toMatchObject({ level: 50, retry_ms: 45_000 });
  });

  test('going: another server at once', async () => {
    const { connection, server, time, network } = await open();
    server.closeAll(closeCodes.going);
    await time.advance(1100);
    expect(connection.phase()).toBe('open');
    expect(network.dialled).toHaveLength(2);
    expect(network.dialled[1]).not.toBe(network.dialled[0]);
    expect(connection.reconnects()).toBe(1);
  });

  test.each(['replaced', 'version'] as const)('%s: again after a long while', async (reason) => {
    const { connection, server, time } = await open({ random: () => 0 });
    server.closeAll(closeCodes[reason]);
    await time.advance(29_000);
    expect(connection.phase()).toBe('waiting');
    await time.advance(2000);
    expect(connection.phase()).toBe('open');
  });

  test.each([closeCodes.violation, closeCodes.silent, 1000, 1001, 1006, 1011, 4999])('%d: again', async (code) => {
    const { connection, server, time, ends } = await open();
    server.closeAll(code);
    await time.advance(1100);
    expect(connection.phase()).toBe('open');
    expect(ends).toEqual(['the test says so']);
  });
});

describe('the server breaks the protocol', () => {
  test.each([
    ['no JSON', 'nonsense'],
    ['an unreadable frame', JSON.stringify({ type: 'stored', batch: 'one' })],
    ['bytes that do not inflate', Buffer.from([1, 2, 3])],
    ['more than a message holds', Buffer.alloc(1024 * 1024 + 1)],
  ])('%s', async (_, message) => {
    const { connection, server, time, lines, network } = create();
    const accept = server.accept.bind(server);
    server.accept = (agent) => {
      const accepted = accept(agent);
      return {
        ...accepted,
        onMessage(hello) {
          accepted.onMessage(hello);
          agent.send(message);
        },
      };
    };
    connection.start();
    await time.advance(200);
    server.accept = accept;
    expect(connection.phase()).toBe('waiting');
    expect(lines.at(-1)?.msg).toBe('no connection to the fleet');
    await time.advance(2000);
    expect(connection.phase()).toBe('open');
    expect(network.dialled).toHaveLength(2);
  });

  test('a type of message that a newer server may send is left alone', async () => {
    const { connection, server, time } = await open();
    server.tell({ type: 'news', text: 'hello' } as never);
    await time.advance(1000);
    expect(connection.phase()).toBe('open');
  });
});

describe('stop', () => {
  test.each([
    ['disconnected', 0, 'up'],
    ['connecting', 2, 'up'],
    ['greeting', 7, 'up'],
    ['open', 100, 'up'],
    ['waiting', 100, 'down'],
    ['connecting to nobody', 5000, 'silent'],
  ] as const)('while %s', async (_, ms, state) => {
    const { connection, network, time } = create();
    network.state = state;
    if (ms > 0) connection.start();
    await time.advance(ms);
    const stopped = connection.stop(4000);
    const again = connection.stop(4000);
    await time.advance(4000);
    await Promise.all([stopped, again]);
    expect(connection.phase()).toBe('disconnected');
    await time.advance(60_000);
    expect(time.pending()).toBe(0);
  });
});

test('whatever happens in whatever order: one connection at a time, and nothing is left when it stops', async () => {
  const happening = oneof(
    record({ kind: constant('advance' as const), ms: integer({ min: 1, max: 40_000 }) }),
    record({
      kind: constant('network' as const),
      state: constantFrom('up' as const, 'down' as const, 'silent' as const),
    }),
    record({ kind: constant('cut' as const) }),
    record({ kind: constant('close' as const), code: constantFrom(1000, 4000, 4001, 4002, 4004, 4005) }),
    record({ kind: constant('renew' as const) }),
    record({ kind: constant('abandon' as const) }),
  );
  await assert(
    asyncProperty(array(happening, { maxLength: 15 }), async (events) => {
      const { connection, network, time, server, link, ends } = create();
      let opened = 0;
      connection.start();
      for (const event of events) {
        if (event.kind === 'advance') await time.advance(event.ms);
        if (event.kind === 'network') network.state = event.state;
        if (event.kind === 'cut') network.cut();
        if (event.kind === 'close') server.closeAll(event.code);
        if (event.kind === 'renew') link()?.renew('why not');
        if (event.kind === 'abandon') link()?.abandon('why not');
        expect(['connecting', 'greeting', 'open', 'waiting']).toContain(connection.phase());
      }
      network.state = 'up';
      await time.advance(200_000);
      expect(connection.phase()).toBe('open');
      expect(server.connected()).toBe(1);
      opened = connection.reconnects() + 1;
      const stopped = connection.stop(4000);
      await time.advance(4001);
      await stopped;
      expect(ends).toHaveLength(opened);
      expect(server.connected()).toBe(0);
      expect(time.pending()).toBe(0);
      benches.pop();
    }),
    { numRuns: 60 },
  );
});
