import { expect, test } from 'vitest';
import { waitFor } from '../../../test/support/wait-for.ts';
import { encodeFrame } from '../../protocol/frame-codec.ts';
import { connectAndGreet, join, type TestAgent } from './test-kit/test-agent.ts';
import { startFleet, type TestFleet } from './test-kit/test-fleet.ts';

async function fleetWithAgent(): Promise<TestFleet & { agent: TestAgent }> {
  const fleet = await startFleet();
  const identity = await join(fleet.port, (await fleet.addHost('web-1')).token);
  return { ...fleet, agent: await connectAndGreet(fleet.port, identity) };
}

const metric = 'container_cpu_usage_seconds_total';

function samples(batch: number, more: object = {}): object {
  return {
    ...{ type: 'samples', batch, at: Date.now(), labels: [[1, 'name="a"']] },
    families: [{ name: metric, refs: [1], values: [0.5] }],
    ...more,
  };
}

test('a batch is handed on with its label sets, and acknowledged once it is stored', async () => {
  const { agent, intake } = await fleetWithAgent();
  const at = Date.now() - 1000;
  agent.send(samples(1, { at }));
  expect(await agent.next('stored')).toEqual({ type: 'stored', batch: 1 });
  expect(intake.received).toMatchObject([{ host: 'web-1', bootId: agent.bootId, number: 1, isLate: false }]);
  const [first] = intake.received;
  expect(first?.batch.families).toEqual([{ name: metric, labels: ['name="a"'], values: [0.5] }]);
  expect(Math.abs((first?.batch.at ?? 0) - at)).toBeLessThan(5000);
  // Label sets are named once in a connection.
  agent.send(samples(2, { labels: [], families: [{ name: metric, refs: [1], values: [2] }] }));
  expect(await agent.next('stored')).toEqual({ type: 'stored', batch: 2 });
  expect(intake.received[1]?.batch.families[0]?.labels).toEqual(['name="a"']);
});

test('a batch that comes again is acknowledged again, and stored once', async () => {
  const { agent, intake, counted } = await fleetWithAgent();
  agent.send(samples(7));
  agent.send(samples(7));
  await agent.next('stored');
  expect(await agent.next('stored')).toEqual({ type: 'stored', batch: 7 });
  expect(intake.received).toHaveLength(1);
  expect(counted.refusals).toEqual([]);
});

test('what cannot be stored now is neither acknowledged nor rejected, and may come again', async () => {
  const { agent, intake } = await fleetWithAgent();
  intake.fail = true;
  agent.send(samples(1));
  agent.heartbeat();
  await agent.next('heard');
  intake.fail = false;
  agent.send(samples(2));
  expect(await agent.next('stored')).toEqual({ type: 'stored', batch: 2 });
  agent.send(samples(1));
  expect(await agent.next('stored')).toEqual({ type: 'stored', batch: 1 });
  expect(agent.frames.filter(({ type }) => type === 'rejected')).toEqual([]);
});

test('no more than a few batches of a connection are being stored at a time', async () => {
  const { agent, intake } = await fleetWithAgent();
  let asked = 0;
  let goOn: () => void = () => undefined;
  intake.wait = new Promise((resolve) => (goOn = resolve));
  const receive = intake.receive.bind(intake);
  intake.receive = (...parts) => {
    asked += 1;
    return receive(...parts);
  };
  for (let batch = 1; batch <= 20; batch += 1) agent.send(samples(batch));
  await waitFor('the first batches', () => asked === 4);
  agent.heartbeat();
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(asked).toBe(4);
  goOn();
  for (let batch = 1; batch <= 20; batch += 1) await agent.next('stored');
  await agent.next('heard');
  expect(intake.received.map(({ number }) => number)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
});

test('late batches are marked; those that are too old or of the future are rejected and counted', async () => {
  const { agent, intake, counted } = await fleetWithAgent();
  agent.send(samples(1, { at: Date.now() - 31_000 }));
  await agent.next('stored');
  expect(intake.received[0]?.isLate).toBe(true);
  agent.send(samples(2, { at: Date.now() - 2 * 3_600_000 }));
  expect(await agent.next('rejected')).toMatchObject({ batch: 2 });
  agent.send(samples(3, { at: Date.now() + 3_600_000 }));
  expect(await agent.next('rejected')).toMatchObject({ batch: 3 });
  agent.send(samples(4, { at: Date.now() + 10_000 }));
  await agent.next('stored');
  expect(intake.received[1]?.batch.at).toBeLessThanOrEqual(Date.now());
  expect(counted.dropped).toEqual([
    { count: 1, reason: 'too_old' },
    { count: 1, reason: 'future' },
  ]);
});

test("times are corrected by how far the agent's clock is off", async () => {
  const { port, addHost, intake } = await startFleet();
  const identity = await join(port, (await addHost('web-1')).token);
  const behindMs = 3 * 3_600_000;
  const agent = await connectAndGreet(port, identity, { at: Date.now() - behindMs });
  agent.send(samples(1, { at: Date.now() - behindMs }));
  await agent.next('stored');
  agent.heartbeat({ at: Date.now() + behindMs });
  agent.send(samples(2, { at: Date.now() + behindMs }));
  await agent.next('stored');
  for (const { batch, isLate } of intake.received) {
    expect(isLate).toBe(false);
    expect(Math.abs(batch.at - Date.now())).toBeLessThan(20_000);
  }
});

test('a label set that was never named ends the connection', async () => {
  const { agent, counted } = await fleetWithAgent();
  agent.send(samples(1, { labels: [] }));
  expect(await agent.closed).toMatchObject({ code: 4002 });
  expect(counted.refusals).toEqual(['unknown_label_sets']);
});

test('hostile label sets, unknown metrics and series that come twice are left out and counted', async () => {
  const { agent, intake, counted } = await fleetWithAgent();
  const hostile = ['host="other"', '__name__="up"', 'a="b"} 1\nup{x="y"', 'a="1",a="2"', 'a=b'];
  const labels = [[0, 'b="2",a="1"'], [1, 'a="1",b="2"'], [2, ''], ...hostile.map((text, at) => [10 + at, text])];
  agent.send(
    samples(1, {
      labels,
      families: [
        { name: metric, refs: [0, 1, 2, 2, 10, 11, 12, 13, 14], values: [1, 2, 3, 4, 5, 6, 7, 8, 9] },
        { name: 'up', refs: [0], values: [1] },
        { name: metric, refs: [1], values: [1] },
      ],
    }),
  );
  await agent.next('stored');
  expect(intake.received[0]?.batch.families).toEqual([{ name: metric, labels: ['b="2",a="1"', ''], values: [1, 3] }]);
  expect(Object.fromEntries(counted.dropped.map(({ reason, count }) => [reason, count]))).toEqual({
    bad_labels: hostile.length,
    unknown_metric: 1,
    duplicate_series: 3,
  });
  expect(agent.frames.filter(({ type }) => type === 'rejected')).toEqual([]);
});

test('a large batch travels compressed', async () => {
  const { agent, intake } = await fleetWithAgent();
  const labels = Array.from({ length: 2000 }, (_, at) => [at, `name="container-${at}"`]);
  const refs = labels.map(([ref]) => ref);
  const frame = { seq: 2, ...samples(1, { labels, families: [{ name: metric, refs, values: refs }] }) };
  const message = encodeFrame(frame);
  expect(message).toBeInstanceOf(Uint8Array);
  agent.ws.send(message);
  await agent.next('stored');
  expect(intake.received[0]?.batch.families[0]?.labels).toHaveLength(2000);
});
