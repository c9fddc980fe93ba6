import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startTlsAgent, type TlsAgent } from '../../src/agent/test-kit/tls-agent.ts';
import { startFleet, type TestFleet } from '../../src/server/gateway/test-kit/test-fleet.ts';
import { createTempFolder } from '../support/temp-folder.ts';
import { waitFor } from '../support/wait-for.ts';

/** The agent and the gateway as they are, both over real TLS on a real store. */
interface Joined {
  fleet: TestFleet;
  agent: TlsAgent;
  hostId: string;
  data: string;
  line: { servers: string[]; token: string; fingerprint: string };
}

async function joinFleet(options: Parameters<typeof startFleet>[0] = {}): Promise<Joined> {
  const fleet = await startFleet({ heartbeatMs: 300, sampleMs: 300, ...options });
  const temp = createTempFolder();
  onTestFinished(() => temp.remove());
  const { id: hostId, token } = await fleet.addHost('web-1');
  const line = {
    servers: [`https://127.0.0.1:${String(fleet.port)}`],
    token,
    fingerprint: fleet.authority.fingerprint,
  };
  const data = join(temp.path, 'data');
  return { fleet, agent: await start(data, line), hostId, data, line };
}

async function start(data: string, line: Parameters<typeof startTlsAgent>[1]): Promise<TlsAgent> {
  const agent = await startTlsAgent(data, line);
  onTestFinished(() => agent.stop());
  return agent;
}

const connected = ({ fleet }: Joined): Promise<true> =>
  waitFor('the connection', () => fleet.gateway.connections() === 1);

test('joins, and all it says is taken: heartbeats, inventory, samples without one that is dropped', async () => {
  const joined = await joinFleet();
  const { fleet, agent, hostId } = joined;
  await connected(joined);
  await waitFor('samples', () => fleet.intake.received.length > 2);
  await waitFor('answers', () => agent.agent.figures().stored > 2);
  const families = new Set(fleet.intake.received.at(-1)?.batch.families.map(({ name }) => name));
  for (const name of ['container_memory_usage_bytes', 'container_state', 'exporter_up'])
    expect(families).toContain(name);
  expect(fleet.counted.dropped).toEqual([]);
  expect(fleet.counted.refusals).toEqual([]);
  expect(fleet.intake.received.map(({ number }) => number)).toEqual(fleet.intake.received.map((_, index) => index + 1));
  await waitFor('the inventory', async () =>
    (await fleet.store.inventories.all()).some((row) => row.hostId === hostId && row.containers.length > 2),
  );
  await waitFor('a round trip', () => fleet.counted.roundTrips.length > 0);
});

test('a server that goes and comes back on its port: nothing is lost, nothing comes twice', async () => {
  const joined = await joinFleet();
  const { fleet, agent, line } = joined;
  await waitFor('samples', () => fleet.intake.received.length > 1);
  await fleet.gateway.stop(2000);
  await waitFor('batches that wait', () => agent.agent.figures().waiting.batches > 3);
  const [port] = line.servers.map((url) => Number(new URL(url).port));
  const second = await fleet.secondGateway({ port: port ?? 0, heartbeatMs: 300, sampleMs: 300 });
  await waitFor('the connection', () => second.gateway.connections() === 1);
  await waitFor('the backlog', () => agent.agent.figures().waiting.batches < 2);
  const numbers = fleet.intake.received.map(({ number }) => number).toSorted((a, b) => a - b);
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  expect(second.counted.refusals).toEqual([]);
});

test('an intake that cannot store: the batches are kept', async () => {
  const joined = await joinFleet();
  const { fleet, agent } = joined;
  await connected(joined);
  fleet.intake.fail = true;
  await waitFor('batches that wait', () => agent.agent.figures().waiting.batches > 5);
  fleet.intake.fail = false;
  await waitFor('them to be stored', () => agent.agent.figures().waiting.batches < 2, { withinMs: 60_000 });
  expect(Object.values(agent.agent.figures().dropped)).toEqual([0, 0, 0, 0, 0]);
});

test('a certificate that lives for seconds renews itself, again and again', async () => {
  const joined = await joinFleet({ agentCertificateMs: 20_000 });
  const { fleet, agent, hostId } = joined;
  await connected(joined);
  const serials = async (): Promise<number> => (await fleet.store.certificates.ofHost(hostId)).length;
  await waitFor('a second certificate', async () => (await serials()) > 1, { withinMs: 60_000 });
  await waitFor('the connection with it', () => agent.agent.figures().reconnects > 0);
  await connected(joined);
  expect(fleet.counted.refusals).toEqual([]);
});

test('revoked: cut off and ended, also when it is started again, and not let in by the used token', async () => {
  const joined = await joinFleet();
  const { fleet, agent, hostId, data, line } = joined;
  await connected(joined);
  await fleet.store.certificates.revokeOfHost(hostId);
  fleet.gateway.cutHost(hostId);
  expect(await agent.agent.ended).toMatchObject({ code: 'AGENT_REVOKED' });
  await agent.stop();
  const again = await start(data, {});
  expect(await again.agent.ended).toMatchObject({ code: 'AGENT_REVOKED' });
  await again.stop();
  const used = await start(data, line);
  expect(await used.agent.ended).toMatchObject({ code: 'AGENT_JOIN_REFUSED' });
  await used.stop();
});

test('the token works once: another agent is refused, the same one goes on', async () => {
  const joined = await joinFleet();
  await connected(joined);
  const temp = createTempFolder();
  onTestFinished(() => temp.remove());
  const thief = await start(join(temp.path, 'data'), joined.line);
  expect(await thief.agent.ended).toMatchObject({ code: 'AGENT_JOIN_REFUSED' });
  expect(joined.fleet.counted.refusals).toEqual(['token_used']);
});
