import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importBusybox } from '../support/busybox-image.ts';
import { runContainer } from '../support/containers.ts';
import {
  startFleetAgent,
  startFleetServer,
  type FleetAgentProcess,
  type FleetServerProcess,
} from '../support/fleet-processes.ts';
import { startTcpProxy } from '../support/haproxy-process.ts';
import { startPostgres } from '../support/postgres.ts';
import { startEngine } from '../support/private-engine.ts';
import { hasRequirements } from '../support/requirements.ts';
import { waitFor } from '../support/wait-for.ts';

const cleanups: (() => unknown)[] = [];

describe.skipIf(!hasRequirements('28', 'postgresql', 'haproxy'))('two servers on one PostgreSQL', () => {
  let servers: [FleetServerProcess, FleetServerProcess];
  let agents: FleetAgentProcess[];
  let token: string;

  beforeAll(async () => {
    const database = await startPostgres();
    cleanups.push(() => database.stop());
    const start = async (): Promise<FleetServerProcess> => {
      const server = await startFleetServer({ database: database.url });
      cleanups.push(() => server.remove());
      return server;
    };
    // At the same moment, on an empty database.
    servers = await Promise.all([start(), start()]);
    const proxy = await startTcpProxy(servers.map(({ agentPort }) => agentPort));
    cleanups.push(() => proxy.stop());
    const engine = await startEngine({ version: '28' });
    cleanups.push(() => engine.stop());
    await importBusybox(engine, 'bb:1');
    await runContainer(engine, 'web');
    const join = async (name: string, url: string): Promise<FleetAgentProcess> => {
      const { stdout } = await servers[0].cli(['host', 'add', name, '--agent-url', url]);
      const agent = await startFleetAgent({ joinLine: stdout.trim(), engine: engine.host });
      cleanups.push(() => agent.remove());
      return agent;
    };
    const both = servers.map(({ agentPort }) => `https://127.0.0.1:${String(agentPort)}`).join(',');
    agents = [await join('several', both), await join('proxied', `https://127.0.0.1:${String(proxy.port)}`)];
    token = (await servers[1].cli(['token', 'create', 'prometheus', '--role', 'scraper'])).stdout.trim();
  });
  afterAll(async () => {
    for (const cleanup of cleanups.toReversed()) await cleanup();
  });

  const online = (server: FleetServerProcess, count: number, withinMs = 30_000): Promise<unknown> =>
    waitFor(
      `${String(count)} hosts online`,
      async () => {
        for (const agent of agents) if (!agent.isRunning()) throw new Error(agent.output());
        return (await server.scrape(token)).value('dockmesh_hosts_total', { status: 'online' }) === count;
      },
      { withinMs, everyMs: 300 },
    );

  it('any of them answers scrapes, and what belongs to the fleet agrees', async () => {
    for (const server of servers) await online(server, 2);
    const pages = await waitFor('both to say the same', async () => {
      const [first, second] = await Promise.all(servers.map((server) => server.scrape(token)));
      const facts = (page: typeof first): string =>
        [
          'dockmesh_hosts_total',
          'dockmesh_containers_total',
          'dockmesh_stacks_total',
          'dockmesh_audit_log_entries_total',
        ]
          .flatMap((name) => page?.find(name) ?? [])
          .map(
            ({ name, labels, value }) => `${name}${JSON.stringify(Object.entries(labels).toSorted())} ${String(value)}`,
          )
          .toSorted()
          .join('\n');
      return facts(first) === facts(second) && facts(first);
    });
    expect(pages).toContain('dockmesh_containers_total[["host","several"],["state","running"]] 1');
    expect(pages).toContain('dockmesh_containers_total[["host","proxied"],["state","running"]] 1');
    for (const server of servers) {
      const found = await waitFor('the samples of both hosts', async () => {
        const page = await server.scrape(token, '/metrics/containers');
        const hosts = page.find('container_memory_usage_bytes').map(({ labels }) => labels['host']);
        return hosts.length === 2 && hosts;
      });
      expect(found.toSorted()).toEqual(['proxied', 'several']);
    }
  });

  it('exactly one leads; when it dies another takes over within 30 s, and the agents go on there', async () => {
    const leaders = async (of: readonly FleetServerProcess[]): Promise<number[]> =>
      Promise.all(of.map(async (server) => (await server.scrape(token)).value('tallyman_leader') ?? Number.NaN));
    const first = await waitFor('a leader', async () => {
      const answer = await leaders(servers);
      return answer.includes(1) && answer;
    });
    expect(first.toSorted()).toEqual([0, 1]);
    const [dead, alive] = first[0] === 1 ? servers : servers.toReversed();
    if (dead === undefined || alive === undefined) throw new Error('two servers');
    await dead.kill();
    await waitFor('the other to lead', async () => (await leaders([alive]))[0] === 1, { everyMs: 300 });
    await online(alive, 2, 90_000);
    await dead.start();
    await waitFor('the first to answer again', async () => (await leaders([dead]))[0] === 0);
    await online(dead, 2, 90_000);
  });

  it('a token revoked at one is refused by the other at the next request', async () => {
    const made = (await servers[0].cli(['token', 'create', 'short', '--role', 'viewer'])).stdout.trim();
    expect((await servers[1].get('/api/v1/hosts', made)).status).toBe(200);
    await servers[0].cli(['token', 'revoke', 'short']);
    expect((await servers[1].get('/api/v1/hosts', made)).status).toBe(401);
  });

  it('a host removed at one is cut off by the other', async () => {
    await servers[0].cli(['host', 'remove', 'several']);
    await waitFor('its agent to end', () => agents[0]?.isRunning() === false, { withinMs: 20_000 });
    agents = agents.slice(1);
    for (const server of servers) await online(server, 1);
    for (const server of servers) expect((await server.cli(['audit', 'verify'])).code).toBe(0);
  });
});
