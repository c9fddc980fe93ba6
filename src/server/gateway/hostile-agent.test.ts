import { deflateRawSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { waitFor } from '../../../test/support/wait-for.ts';
import { connect, connectAndGreet, helloFrame, join, type Identity, type TestAgent } from './test-kit/test-agent.ts';
import { startFleet, type TestFleet } from './test-kit/test-fleet.ts';

async function fleetWithAgent(): Promise<TestFleet & { identity: Identity; agent: TestAgent }> {
  const fleet = await startFleet();
  const identity = await join(fleet.port, (await fleet.addHost('web-1')).token);
  return { ...fleet, identity, agent: await connectAndGreet(fleet.port, identity) };
}

const beat = { type: 'heartbeat', at: 1, engine: { reachable: true } };

test.each([
  ['no JSON', 'hello', 'forged'],
  ['a list', '[]', 'forged'],
  ['no type', '{}', 'forged'],
  ['a replay', JSON.stringify({ seq: 1, ...beat }), 'replay'],
  ['a gap', JSON.stringify({ seq: 9, ...beat }), 'sequence'],
  ['a wrong shape', JSON.stringify({ seq: 2, ...beat, engine: 'up' }), 'forged'],
  ['no deflate', Buffer.from('no deflate at all'), 'forged'],
  ['a bomb', deflateRawSync(Buffer.alloc(64 * 1024 * 1024, 0x20)), 'oversized'],
])('%s ends the connection', async (_, message, refusal) => {
  const { agent, counted } = await fleetWithAgent();
  agent.ws.send(message);
  expect(await agent.closed).toMatchObject({ code: 4002 });
  expect(counted.refusals).toEqual([refusal]);
});

test('a message past the limit ends the connection while it arrives', async () => {
  const { agent, counted } = await fleetWithAgent();
  agent.ws.send(Buffer.alloc(3 * 1024 * 1024));
  expect(await agent.closed).toMatchObject({ code: 1009 });
  expect(counted.refusals).toEqual(['oversized']);
});

test('a message that is no UTF-8 ends the connection', async () => {
  const { agent, counted } = await fleetWithAgent();
  agent.ws.send(Buffer.from([0xff, 0xfe, 0xfd]), { binary: false });
  expect(await agent.closed).toMatchObject({ code: 1007 });
  expect(counted.refusals).toEqual(['forged']);
});

test('a flood is made to wait, and nobody else with it', async () => {
  const { agent, counted, port, addHost } = await fleetWithAgent();
  const calm = await connectAndGreet(port, await join(port, (await addHost('web-2')).token));
  let answered = 0;
  agent.ws.on('message', () => (answered += 1));
  for (let sent = 0; sent < 6000; sent += 1) agent.heartbeat();
  await waitFor('the flood to be noticed', () => counted.refusals.includes('flood'));
  expect(answered).toBeLessThan(6000);
  calm.heartbeat();
  await calm.next('heard');
  const before = answered;
  await waitFor('the flood to go on within its share', () => answered > before);
});

test('an agent that reads no answers is not answered without end', async () => {
  const { agent, counted, port, addHost, gateway } = await fleetWithAgent();
  const calm = await connectAndGreet(port, await join(port, (await addHost('web-2')).token));
  agent.ws.pause();
  for (let sent = 0; sent < 3000; sent += 1) agent.heartbeat();
  calm.heartbeat();
  await calm.next('heard');
  expect(gateway.connections()).toBeGreaterThan(0);
  expect(counted.refusals.filter((reason) => reason !== 'flood')).toEqual([]);
});

test('whatever is sent, the server stays, and so do the others', async () => {
  const { port, identity, addHost, counted } = await fleetWithAgent();
  const calm = await connectAndGreet(port, await join(port, (await addHost('web-2')).token));
  const type = fc.constantFrom('hello', 'heartbeat', 'inventory', 'samples', 'request', 'news');
  const frame = fc.record(
    {
      type,
      seq: fc.oneof(fc.constant(2), fc.jsonValue()),
      at: fc.oneof(fc.constant(Date.now()), fc.double(), fc.jsonValue()),
      batch: fc.oneof(fc.constant(1), fc.jsonValue()),
      labels: fc.oneof(fc.array(fc.tuple(fc.nat(), fc.string())), fc.jsonValue()),
      families: fc.oneof(
        fc.array(fc.record({ name: fc.string(), refs: fc.array(fc.nat()), values: fc.array(fc.double()) })),
        fc.jsonValue(),
      ),
      containers: fc.jsonValue(),
      engine: fc.jsonValue(),
      csr: fc.jsonValue(),
      id: fc.jsonValue(),
      method: fc.constant('renew'),
    },
    { requiredKeys: ['type'] },
  );
  const message = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.string(),
    frame.map((value) => JSON.stringify(value)),
    frame.map((value) => deflateRawSync(JSON.stringify(value))),
  );
  const property = fc.asyncProperty(
    fc.boolean(),
    fc.array(message, { minLength: 1, maxLength: 5 }),
    async (open, all) => {
      const agent = await connect(port, identity);
      if (open) await agent.hello();
      for (const one of all) agent.ws.send(one);
      // Either it is closed, or it goes on as before.
      agent.ws.ping();
      await Promise.race([agent.closed, new Promise((resolve) => agent.ws.once('pong', resolve))]);
      agent.ws.terminate();
    },
  );
  await fc.assert(property, { numRuns: 60 });
  calm.heartbeat();
  await calm.next('heard');
  expect(counted.refusals).not.toContain('unavailable');
});

test('who speaks another version only is told so', async () => {
  const { port, identity, counted } = await fleetWithAgent();
  const newer = await connect(port, identity);
  newer.send({ ...helloFrame(newer.bootId), protocol: { oldest: 2, newest: 2 } });
  expect(await newer.closed).toMatchObject({ code: 4000 });
  expect(counted.refusals).toEqual(['version']);
});

test('who says no hello, or no heartbeat any more, is not waited for', async () => {
  const { port, addHost, counted } = await startFleet({ heartbeatMs: 100 });
  const [first, second] = [await addHost('web-1'), await addHost('web-2')];
  const silent = await connect(port, await join(port, first.token));
  const greeted = await connectAndGreet(port, await join(port, second.token));
  greeted.heartbeat();
  expect(await silent.closed).toMatchObject({ code: 4005, reason: 'there was no hello' });
  expect(await greeted.closed).toMatchObject({ code: 4005, reason: 'there was no heartbeat' });
  expect(counted.refusals).toEqual(['silent', 'silent']);
});
