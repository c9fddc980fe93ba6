import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTempFolder, type TempFolder } from '../../test/support/temp-folder.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { closeCodes } from '../protocol/close-codes.ts';
import { createTestAuthority, type TestAuthority } from './test-kit/certificates.ts';
import { createStandInServer, type StandInServer } from './test-kit/stand-in-server.ts';
import { startTlsAgent, type TlsAgent } from './test-kit/tls-agent.ts';
import { startTlsServer, type TlsServer } from './test-kit/tls-server.ts';

let authority: TestAuthority;
let temp: TempFolder;
let standIn: StandInServer;
let server: TlsServer;
let running: TlsAgent[] = [];

beforeAll(async () => {
  authority = await createTestAuthority();
});
beforeEach(async () => {
  temp = createTempFolder();
  standIn = createStandInServer();
  standIn.welcome = { heartbeatMs: 200, sampleMs: 200 };
  server = await startTlsServer(authority, standIn);
});
afterEach(async () => {
  for (const one of running) await one.stop();
  running = [];
  await server.stop();
  temp.remove();
  expectNoFaults();
});

function expectNoFaults(): void {
  expect(standIn.faults).toEqual([]);
}

const data = (): string => join(temp.path, 'data');
const line = () => ({ servers: [server.url], token: 'secret-token', fingerprint: authority.fingerprint });

async function start(given: Parameters<typeof startTlsAgent>[1] = line()): Promise<TlsAgent> {
  const one = await startTlsAgent(data(), given);
  running.push(one);
  return one;
}

const connected = (): Promise<true> => waitFor('a heartbeat', () => standIn.heartbeats.length > 0);

test('joins, connects as itself, and tells all that the exporter knows', async () => {
  const one = await start();
  const { agent, engine } = one;
  await waitFor('two batches', () => standIn.batches.length > 1);
  expect(server.joins).toHaveLength(1);
  expect(standIn.hellos).toMatchObject([
    { protocol: { oldest: 1, newest: 1 }, exporter: { port: 9200, path: '/metrics' } },
  ]);
  const series = standIn.batches.at(-1)?.series ?? {};
  const names = new Set(Object.keys(series).map((key) => key.replace(/\{.*/s, '')));
  for (const name of ['container_memory_usage_bytes', 'container_state', 'exporter_up', 'process_open_fds']) {
    expect(names).toContain(name);
  }
  expect([...names].filter((name) => name.startsWith('tallyman_'))).toEqual([]);
  await waitFor('the inventory', () => standIn.inventories.length > 0);
  expect(standIn.inventories[0]?.containers).toHaveLength(engine.answers.list.length);
  await waitFor('all to be stored', () => agent.figures().stored > 1);
  const page = await one.metrics();
  expect(page).toContain('tallyman_agent_connected 1\n');
  expect(page).toContain('tallyman_agent_batches_dropped_total{reason="memory"} 0\n');
  expect(page).toMatch(/tallyman_agent_certificate_expiry_timestamp_seconds \d{10}\n/);
});

test('goes on as the same host without the line, with its own certificate', async () => {
  await connectedOnce();
  const key = readFileSync(join(data(), 'agent.key'), 'utf8');
  await start({});
  await waitFor('a connection', () => standIn.hellos.length > 1);
  expect(server.joins).toHaveLength(1);
  expect(readFileSync(join(data(), 'agent.key'), 'utf8')).toBe(key);
  expect(JSON.stringify(server.joins)).not.toContain(key.slice(40, 80));
});

test('joined already: a token is not sent again, and new addresses of the same fleet are taken', async () => {
  await connectedOnce();
  const second = await startTlsServer(authority, standIn);
  try {
    await start({ ...line(), servers: [second.url] });
    await waitFor('a connection to the second', () => second.serials.length > 0);
    expect(second.joins).toEqual([]);
  } finally {
    await second.stop();
  }
});

async function connectedOnce(): Promise<void> {
  const first = await start();
  await connected();
  await first.stop();
  running = [];
}

test.each([
  [
    'a line of another fleet',
    'AGENT_OTHER_FLEET',
    () => ({ ...line(), fingerprint: `sha256:${'0'.repeat(64)}` }),
    true,
  ],
  ['nothing at all', 'AGENT_NOT_JOINED', () => ({}), false],
  ['no token', 'AGENT_NOT_JOINED', () => ({ ...line(), token: '' }), false],
])('%s is told at once, and the folder is free', async (_, code, given, isJoined) => {
  if (isJoined) await connectedOnce();
  await expect(startTlsAgent(data(), given())).rejects.toMatchObject({
    code,
    message: expect.stringContaining(data()) as string,
  });
});

test('a server that shows another CA is not spoken with', async () => {
  await connectedOnce();
  const stranger = await startTlsServer(await createTestAuthority('Stranger'), standIn);
  const before = standIn.hellos.length;
  try {
    const { agent } = await start({ servers: [stranger.url] });
    await waitFor('some attempts', () => agent.figures().waiting.batches > 0);
    expect(stranger.serials).toEqual([]);
    expect(standIn.hellos).toHaveLength(before);
  } finally {
    await stranger.stop();
  }
});

describe('over the real connection', () => {
  test('a cut is noticed and mended; nothing is stored twice', async () => {
    const { agent } = await start();
    await waitFor('a batch', () => standIn.batches.length > 0);
    standIn.closeAll(closeCodes.going);
    await waitFor('another connection', () => standIn.hellos.length > 1);
    await waitFor('more batches', () => standIn.batches.length > 3);
    expect(agent.figures().reconnects).toBe(1);
    expect(new Set(standIn.batches.map(({ bootId }) => bootId)).size).toBe(1);
    const numbers = standIn.batches.map(({ number }) => number);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  test('a certificate is renewed over the connection, and used from then on', async () => {
    await start();
    await connected();
    standIn.renewing = async (csr) => ({ certificate: (await authority.agent(csr)) + authority.certificate });
    const before = readFileSync(join(data(), 'agent.key'), 'utf8');
    standIn.tell({ type: 'renew' });
    await waitFor('a connection with another certificate', () => new Set(server.serials).size > 1);
    expect(readFileSync(join(data(), 'agent.key'), 'utf8')).not.toBe(before);
  });

  test.each([
    ['CONNECT_REVOKED', 403],
    ['CONNECT_HOST_REMOVED', 403],
  ])('%s ends the agent', async (code, status) => {
    const { agent } = await start();
    await connected();
    server.denial = { status, code, detail: 'this certificate was revoked' };
    standIn.closeAll(closeCodes.going);
    const error = await agent.ended;
    expect(error).toMatchObject({
      code: 'AGENT_REVOKED',
      message: expect.stringContaining('this certificate was revoked') as string,
    });
  });

  test('revoked, and started with a new line: a host again, with another key', async () => {
    const one = await start();
    await connected();
    const before = readFileSync(join(data(), 'agent.key'), 'utf8');
    standIn.closeAll(closeCodes.revoked);
    await one.agent.ended;
    await one.stop();
    running = [];
    await start({ ...line(), token: 'another-token' });
    await waitFor('a second join', () => server.joins.length > 1);
    await waitFor('a connection', () => standIn.connected() > 0);
    expect(readFileSync(join(data(), 'agent.key'), 'utf8')).not.toBe(before);
  });

  test('an engine that dies is told at once, and so are its containers when it is back', async () => {
    standIn.welcome = { heartbeatMs: 20_000, sampleMs: 20_000 };
    const { engine } = await start();
    await connected();
    await waitFor('somebody to follow the events', () => engine.followers() > 0);
    await engine.stop();
    await waitFor('a heartbeat that says so', () => standIn.heartbeats.at(-1)?.engine.reachable === false);
    expect(standIn.heartbeats.at(-1)?.engine.error).toBeTruthy();
    await engine.start();
  });

  test('a container that stops is told within a second', async () => {
    standIn.welcome = { heartbeatMs: 20_000, sampleMs: 20_000 };
    const { engine } = await start();
    await waitFor('the inventory', () => standIn.inventories.length > 0);
    await waitFor('somebody to follow the events', () => engine.followers() > 0);
    const changed = engine.answers.list.find(({ State }) => State === 'running');
    if (changed === undefined) throw new Error('nothing runs');
    Object.assign(changed, { State: 'exited', Status: 'Exited (3) 1 second ago' });
    engine.emit({ Type: 'container', Action: 'die', Actor: { ID: changed.Id } });
    const told = await waitFor('the change', () =>
      standIn.inventories
        .at(-1)
        ?.containers.some(({ id, state, exitCode }) => id === changed.Id && state === 'exited' && exitCode === 3),
    );
    expect(told).toBe(true);
  });

  test('stops while it joins, while it waits and while it is connected, and leaves the folder free', async () => {
    server.onJoin = () => true;
    const joining = await start();
    await waitFor('the attempt', () => server.joins.length > 0);
    await joining.stop();
    server.onJoin = () => false;
    const open = await start();
    await connected();
    await open.stop();
    await waitFor('the server to see it', () => standIn.connected() === 0);
    await server.stop();
    const waiting = await start({});
    await waiting.stop();
    await waiting.stop();
    running = [];
    expect(waiting.agent.figures().isConnected).toBe(false);
  });
});
