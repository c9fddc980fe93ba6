import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runContainer } from '../support/containers.ts';
import { hasRequirements } from '../support/requirements.ts';
import { waitFor } from '../support/wait-for.ts';
import { startTwoHosts, type TwoHosts } from './two-hosts.ts';

interface Host {
  status: string;
  reasons: { code: string; text: string }[];
}

for (const kind of ['sqlite', 'postgres'] as const) {
  const database = kind === 'postgres' ? (['postgresql'] as const) : [];
  describe.skipIf(!hasRequirements('20.10', '28', ...database))(`outages on ${kind}`, () => {
    let fleet: TwoHosts;
    beforeAll(async () => {
      fleet = await startTwoHosts(kind);
      for (const { engine } of [fleet.old, fleet.current]) await runContainer(engine, 'box');
    });
    afterAll(() => fleet?.stop());

    const host = async (name: string): Promise<Host> =>
      JSON.parse((await fleet.server.cli(['host', 'show', name, '--json'])).stdout) as Host;
    const becomes = (name: string, status: string, withinMs: number): Promise<Host> =>
      waitFor(
        `${name} to be ${status}`,
        async () => {
          const seen = await host(name);
          return seen.status === status && seen;
        },
        { withinMs, everyMs: 500 },
      );

    it('an engine that dies makes its host degraded within 30 s, with the reason; two good heartbeats end it', async () => {
      await fleet.current.engine.kill();
      const degraded = await becomes('current', 'degraded', 30_000);
      expect(degraded.reasons.map(({ code }) => code)).toContain('engine_unreachable');
      const page = await fleet.server.scrape(fleet.token);
      expect(page.value('dockmesh_hosts_total', { status: 'degraded' })).toBe(1);
      expect(page.value('dockmesh_hosts_total', { status: 'online' })).toBe(1);
      await fleet.current.engine.restart();
      expect((await becomes('current', 'online', 60_000)).reasons).toEqual([]);
    });

    it('an agent that dies makes its host offline within 75 s, its containers absent; started again it is the same host', async () => {
      await waitFor('its container', async () => {
        const page = await fleet.server.scrape(fleet.token);
        return page.find('dockmesh_containers_total', { host: 'old' }).length === 7;
      });
      await fleet.old.agent.kill();
      await becomes('old', 'offline', 75_000);
      const page = await fleet.server.scrape(fleet.token);
      expect(page.value('dockmesh_hosts_total', { status: 'offline' })).toBe(1);
      expect(page.find('dockmesh_containers_total', { host: 'old' })).toEqual([]);
      expect(page.find('dockmesh_stacks_total', { host: 'old' })).toEqual([]);
      expect(page.value('dockmesh_agent_last_seen_seconds', { host: 'old' })).toBeGreaterThanOrEqual(60);
      const containers = await fleet.server.get('/metrics/containers', fleet.token);
      expect(containers.text).not.toContain('host="old"');
      await fleet.old.agent.start();
      await becomes('old', 'online', 30_000);
    });

    it('a server killed in the middle of writes has lost nothing it acknowledged, and its chain verifies', async () => {
      const acknowledged: string[] = [];
      const over = new AbortController();
      const write = async (worker: number): Promise<void> => {
        for (let n = 0; !over.signal.aborted; n += 1) {
          const name = `t-${String(worker)}-${String(n)}`;
          const answer = await fetch(`${fleet.server.url}/api/v1/tokens`, {
            method: 'POST',
            headers: { authorization: `Bearer ${fleet.adminToken}`, 'content-type': 'application/json' },
            body: JSON.stringify({ name, role: 'viewer' }),
          }).catch(() => undefined);
          if (answer?.status === 201) acknowledged.push(name);
        }
      };
      const writers = [0, 1, 2, 3].map(write);
      await waitFor('some writes', () => acknowledged.length >= 20);
      await fleet.server.kill();
      over.abort();
      await Promise.all(writers);
      await fleet.server.cli(['audit', 'verify']);
      await fleet.server.start();
      const names = new Set<string>();
      let path = '/api/v1/tokens?limit=500';
      for (;;) {
        const page = JSON.parse((await fleet.server.get(path, fleet.adminToken)).text) as {
          items: { name: string }[];
          next?: string;
        };
        for (const { name } of page.items) names.add(name);
        if (page.next === undefined) break;
        path = `/api/v1/tokens?limit=500&cursor=${encodeURIComponent(page.next)}`;
      }
      expect(acknowledged.filter((name) => !names.has(name))).toEqual([]);
      const { stdout } = await fleet.server.cli(['audit', 'verify', '--json']);
      expect(JSON.parse(stdout)).toMatchObject({ valid: true });
      const created = (await fleet.server.scrape(fleet.token)).value('dockmesh_audit_log_entries_total', {
        action: 'token.create',
      });
      expect(created).toBeGreaterThanOrEqual(acknowledged.length);
      for (const name of ['old', 'current']) await becomes(name, 'online', 75_000);
    });

    it('a removed host is cut off, and its agent ends with the reason', async () => {
      await fleet.server.cli(['host', 'remove', 'old']);
      await waitFor('its agent to end', () => !fleet.old.agent.isRunning(), { withinMs: 20_000 });
      expect(fleet.old.agent.output()).toContain('host add');
      const page = await fleet.server.scrape(fleet.token);
      expect(page.find('dockmesh_agent_last_seen_seconds').map(({ labels }) => labels['host'])).toEqual(['current']);
    });
  });
}
