import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { waitFor } from '../../../test/support/wait-for.ts';
import { closeCodes, type CloseReason } from '../../protocol/close-codes.ts';
import { encodeFrame } from '../../protocol/frame-codec.ts';
import { serverFrameSchema } from '../../protocol/frames.ts';
import { connect, join, type TestAgent } from './test-kit/test-agent.ts';
import { startFleet, type TestFleet } from './test-kit/test-fleet.ts';

/**
 * Conversations of each version of the protocol that may still be spoken: the gateway has to answer an agent of that
 * version as is written there. `v1-agent` was recorded; the others have what a short recording has not. They are never
 * changed: a new version gets its own.
 */

type Line =
  | { from: 'agent'; frame: Record<string, unknown> }
  | { from: 'server'; frame: Record<string, unknown> & { type: string } }
  | { from: 'server'; close: CloseReason };

function load(name: string): Line[] {
  const path = new URL(`../../../test/fixtures/protocol/${name}.jsonl`, import.meta.url);
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

/** What of an answer is the same each time. */
function comparable({ at: _at, version: _version, certificate, ...frame }: Record<string, unknown>): object {
  return {
    ...frame,
    ...(typeof certificate === 'string' ? { isCertificate: certificate.includes('BEGIN CERT') } : {}),
  };
}

/** Says what the agent said; its times are moved to now, each as far from the agent's clock of that moment as it was. */
async function replay(agent: TestAgent, lines: readonly Line[]): Promise<void> {
  let then = 0;
  for (const line of lines) {
    if (line.from === 'agent') {
      const { at } = line.frame;
      if (typeof at === 'number') then = Math.max(then, at);
      const moved = typeof at === 'number' ? { at: Date.now() - (then - at) } : {};
      agent.ws.send(encodeFrame({ ...line.frame, ...moved }));
    } else if ('close' in line) {
      expect((await agent.closed).code).toBe(closeCodes[line.close]);
    } else {
      const recorded = serverFrameSchema.parse(line.frame);
      expect(comparable(await agent.next(recorded.type))).toEqual(comparable(recorded));
    }
  }
}

async function fleetWithAgent(
  options: Parameters<typeof startFleet>[0] = {},
): Promise<TestFleet & { agent: TestAgent; id: string }> {
  const fleet = await startFleet(options);
  const { id, token } = await fleet.addHost('web-1');
  const agent = await connect(fleet.port, await join(fleet.port, token));
  return { ...fleet, agent, id };
}

test('version 1, every message of it', async () => {
  const { agent, intake, counted, store, id, gateway } = await fleetWithAgent();
  await replay(agent, load('v1'));
  expect(counted.refusals).toEqual([]);
  expect(counted.dropped).toEqual([{ count: 1, reason: 'too_old' }]);
  expect(intake.received.map(({ number, isLate }) => [number, isLate])).toEqual([
    [1, true],
    [2, false],
  ]);
  expect(intake.received[1]?.batch.families[0]).toEqual({
    name: 'container_memory_usage_bytes',
    labels: [
      'container_name="shop-web-1",image="nginx:1.29",compose_project="shop"',
      'container_name="shop-cache-1",image="redis:8",compose_project="shop"',
    ],
    values: [18_845_696, 9_437_184],
  });
  const inventory = await waitFor('the second inventory', async () => {
    const row = await store.inventories.of(id);
    return row?.containers.includes('paused') === true && row;
  });
  expect(JSON.parse(inventory.containers)).toMatchObject([{ name: 'shop-web-1', project: 'shop', service: 'web' }]);
  expect(gateway.connections()).toBe(1);
});

test('version 1 as the agent of 0.1.0 speaks it, with an engine that goes and comes back', async () => {
  const { agent, intake, counted, store, id } = await fleetWithAgent({ heartbeatMs: 1000, sampleMs: 1000 });
  await replay(agent, load('v1-agent'));
  expect(counted.refusals).toEqual([]);
  expect(counted.dropped).toEqual([]);
  expect(intake.received.map(({ batch }) => batch.families[0]?.values)).toEqual([[1], [2], [3], [4], [5]]);
  expect(intake.received[4]?.batch.families[0]?.labels).toEqual(['container_name="web",image="nginx:1.29"']);
  const inventory = await waitFor('the inventory', () => store.inventories.of(id));
  expect(JSON.parse(inventory.containers)).toMatchObject([{ name: 'shop-web-1', project: 'shop', health: 'healthy' }]);
  expect(await store.certificates.ofHost(id)).toHaveLength(2);
});

test('an agent of a newer version, which says more, is understood in version 1', async () => {
  const { agent, intake, counted, gateway } = await fleetWithAgent();
  await replay(agent, load('v1-newer-agent'));
  expect(counted.refusals).toEqual([]);
  expect(counted.dropped).toEqual([{ count: 1, reason: 'unknown_metric' }]);
  expect(intake.received).toHaveLength(1);
  expect(gateway.connections()).toBe(1);
});

test('an agent that speaks only a later version is told so', async () => {
  const { agent, counted, gateway } = await fleetWithAgent();
  await replay(agent, load('v2-only-agent'));
  expect(counted.refusals).toEqual(['version']);
  expect(gateway.connections()).toBe(0);
});
