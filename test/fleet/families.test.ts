import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runContainer, removeContainers } from '../support/containers.ts';
import { hasRequirements } from '../support/requirements.ts';
import { waitFor } from '../support/wait-for.ts';
import { startTwoHosts, type TwoHosts } from './two-hosts.ts';

const states = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'] as const;
const composeLabels = (project: string, service: string): string[] => [
  ...['--label', `com.docker.compose.project=${project}`],
  ...['--label', `com.docker.compose.service=${service}`],
  ...['--label', 'com.docker.compose.oneoff=False'],
];

for (const kind of ['sqlite', 'postgres'] as const) {
  const database = kind === 'postgres' ? (['postgresql'] as const) : [];
  describe.skipIf(!hasRequirements('20.10', '28', ...database))(`two hosts on ${kind}`, () => {
    let fleet: TwoHosts;
    beforeAll(async () => {
      fleet = await startTwoHosts(kind);
    });
    afterAll(() => fleet?.stop());

    /** Waits until a gauge has a value: a change on an engine is to be seen within seconds. */
    const becomes = (name: string, labels: Record<string, string>, value: number): Promise<unknown> =>
      waitFor(
        `${name} ${JSON.stringify(labels)} to be ${String(value)}`,
        async () => (await fleet.server.scrape(fleet.token)).value(name, labels) === value,
        { everyMs: 200 },
      );

    it('dockmesh_hosts_total counts both, and prints every status', async () => {
      const page = await fleet.server.scrape(fleet.token);
      expect(page.value('dockmesh_hosts_total', { status: 'online' })).toBe(2);
      expect(page.value('dockmesh_hosts_total', { status: 'degraded' })).toBe(0);
      expect(page.value('dockmesh_hosts_total', { status: 'offline' })).toBe(0);
    });

    it('dockmesh_containers_total follows both engines, state by state', async () => {
      for (const { name, engine } of [fleet.old, fleet.current]) {
        const count = (state: string, value: number) =>
          becomes('dockmesh_containers_total', { host: name, state }, value);
        await count('running', 0);
        await runContainer(engine, 'box');
        await count('running', 1);
        await engine.docker('pause', 'box');
        await count('paused', 1);
        await count('running', 0);
        await engine.docker('unpause', 'box');
        await engine.docker('stop', 'box');
        await count('exited', 1);
        await engine.docker('create', '--name', 'fresh', 'bb:1', 'true');
        await count('created', 1);
        await runContainer(engine, 'loop', { flags: ['--restart', 'always'], script: 'exit 1' });
        await count('restarting', 1);
        const page = await fleet.server.scrape(fleet.token);
        expect(page.find('dockmesh_containers_total', { host: name }).map(({ labels }) => labels['state'])).toEqual(
          expect.arrayContaining([...states]),
        );
        await removeContainers(engine, 'box', 'fresh', 'loop');
        for (const state of states) await count(state, 0);
      }
    });

    it('dockmesh_stacks_total follows a compose project through its states', async () => {
      const { name, engine } = fleet.current;
      const state = (word: string) => becomes('dockmesh_stacks_total', { host: name, state: word }, 1);
      await runContainer(engine, 'shop-web', { flags: composeLabels('shop', 'web') });
      await runContainer(engine, 'shop-db', { flags: composeLabels('shop', 'db') });
      await runContainer(engine, 'shop-job', { flags: composeLabels('shop', 'job'), script: 'exit 0' });
      await state('running');
      await engine.docker('kill', 'shop-db');
      await state('partial');
      await engine.docker('start', 'shop-db');
      await state('running');
      await engine.docker('kill', 'shop-db', 'shop-web');
      await state('stopped');
      await removeContainers(engine, 'shop-db', 'shop-web', 'shop-job');
      const sick = ['--health-cmd', 'false', '--health-interval', '1s', '--health-retries', '1'];
      await runContainer(engine, 'ill', { flags: [...composeLabels('ward', 'bed'), ...sick] });
      await state('unhealthy');
      const page = await fleet.server.scrape(fleet.token);
      expect(page.value('dockmesh_stacks_total', { host: name, state: 'running' })).toBe(0);
      expect(page.find('dockmesh_stacks_total', { host: name })).toHaveLength(5);
      await removeContainers(engine, 'ill');
    });

    it('dockmesh_agent_last_seen_seconds stays within a heartbeat', async () => {
      const page = await fleet.server.scrape(fleet.token);
      for (const host of ['old', 'current']) {
        const seconds = page.value('dockmesh_agent_last_seen_seconds', { host });
        expect(seconds).toBeGreaterThanOrEqual(0);
        expect(seconds).toBeLessThan(37.5);
      }
    });

    it('dockmesh_agent_rtt_seconds measures pings, in the buckets of the contract', async () => {
      const page = await waitFor('round trips of both', async () => {
        const scraped = await fleet.server.scrape(fleet.token);
        return scraped.find('dockmesh_agent_rtt_seconds_count').length === 2 && scraped;
      });
      const buckets = page.find('dockmesh_agent_rtt_seconds_bucket', { host: 'old' }).map(({ labels }) => labels['le']);
      expect(buckets).toEqual('0.001 0.0025 0.005 0.01 0.025 0.05 0.1 0.25 0.5 1 2.5 5 +Inf'.split(' '));
      const count = page.value('dockmesh_agent_rtt_seconds_count', { host: 'old' }) ?? 0;
      expect(count).toBeGreaterThan(0);
      expect(page.value('dockmesh_agent_rtt_seconds_bucket', { host: 'old', le: '+Inf' })).toBe(count);
      expect(page.value('dockmesh_agent_rtt_seconds_sum', { host: 'old' })).toBeGreaterThan(0);
    });

    it('dockmesh_api_requests_total counts by the pattern of the route', async () => {
      const labels = { method: 'GET', path: '/api/v1/hosts/:name', status: '404' };
      const before = (await fleet.server.scrape(fleet.token)).value('dockmesh_api_requests_total', labels) ?? 0;
      for (const name of ['nobody', "x'; drop table host; --", 'a%2Fb']) {
        const { status } = await fleet.server.get(`/api/v1/hosts/${encodeURIComponent(name)}`, fleet.adminToken);
        expect([400, 404]).toContain(status);
      }
      expect((await fleet.server.get('/api/v1/hosts/old', fleet.token)).status).toBe(403);
      expect((await fleet.server.get('/no/such/thing', fleet.adminToken)).status).toBe(404);
      const page = await fleet.server.scrape(fleet.token);
      expect(page.value('dockmesh_api_requests_total', labels)).toBeGreaterThan(before);
      expect(page.value('dockmesh_api_requests_total', { ...labels, status: '403' })).toBe(1);
      const paths = page.find('dockmesh_api_requests_total').map((sample) => sample.labels['path'] ?? '');
      expect(paths.some((path) => /nobody|drop|such/.test(path))).toBe(false);
    });

    it('dockmesh_audit_log_entries_total counts by action, and the chain verifies', async () => {
      const action = 'host.create';
      const count = async (): Promise<number> =>
        (await fleet.server.scrape(fleet.token)).value('dockmesh_audit_log_entries_total', { action }) ?? 0;
      expect(await count()).toBe(2);
      await fleet.server.cli(['host', 'add', 'third']);
      expect(await count()).toBe(3);
      await fleet.server.cli(['host', 'remove', 'third']);
      expect(await count()).toBe(3);
      await fleet.server.cli(['audit', 'verify']);
    });

    it('every other family of the contract belongs to what is not there yet, and is not printed', async () => {
      const page = await fleet.server.scrape(fleet.token);
      const printed = [...page.families.keys()].filter((name) => name.startsWith('dockmesh_'));
      expect(printed.toSorted()).toEqual([
        'dockmesh_agent_last_seen_seconds',
        'dockmesh_agent_rtt_seconds',
        'dockmesh_api_requests_total',
        'dockmesh_audit_log_entries_total',
        'dockmesh_containers_total',
        'dockmesh_hosts_total',
        'dockmesh_stacks_total',
      ]);
      for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'nodejs_version_info'])
        expect(page.find(name), name).toHaveLength(1);
    });

    it('/metrics/containers has the containers of both, as their own exporters do', async () => {
      for (const { name, engine } of [fleet.old, fleet.current]) await runContainer(engine, `on-${name}`);
      for (const { name, agent } of [fleet.old, fleet.current]) {
        const labels = { host: name, container_name: `on-${name}` };
        const page = await waitFor(`the samples of on-${name}`, async () => {
          const scraped = await fleet.server.scrape(fleet.token, '/metrics/containers');
          return scraped.value('container_memory_usage_bytes', labels) !== undefined && scraped;
        });
        const own = await fetch(`${agent.exporterUrl}/metrics`).then((answer) => answer.text());
        const started = /container_start_time_seconds\{[^}]*container_name="on-\w+"[^}]*\} (\S+)/.exec(own)?.[1];
        expect(page.value('container_start_time_seconds', labels)).toBe(Number(started));
        expect(page.value('container_info', { ...labels, status: 'running' })).toBe(1);
        expect(page.find('container_memory_usage_bytes', { host: name })).toHaveLength(1);
      }
      for (const { name, engine } of [fleet.old, fleet.current]) await removeContainers(engine, `on-${name}`);
    });

    it('a token limited to a host sees that host alone, in totals too', async () => {
      const { stdout } = await fleet.server.cli(['token', 'create', 'half', '--role', 'viewer', '--host', 'old']);
      const token = stdout.trim();
      const page = await fleet.server.scrape(token);
      expect(page.value('dockmesh_hosts_total', { status: 'online' })).toBe(1);
      const hosts = new Set([...page.families.values()].flatMap(({ samples }) => samples.map((s) => s.labels['host'])));
      expect([...hosts].filter((host) => host !== undefined)).toEqual(['old']);
      const containers = await fleet.server.get('/metrics/containers', token);
      expect(containers.text).not.toContain('host="current"');
      expect(containers.text).toContain('host="old"');
      expect((await fleet.server.get('/api/v1/hosts/current', token)).status).toBe(404);
      const list = JSON.parse((await fleet.server.get('/api/v1/hosts', token)).text) as { items: { name: string }[] };
      expect(list.items.map(({ name }) => name)).toEqual(['old']);
      await fleet.server.cli(['token', 'revoke', 'half']);
      expect((await fleet.server.get('/metrics', token)).status).toBe(401);
    });

    it('every page of metrics asks for the permission it needs', async () => {
      const pages = [
        '/metrics',
        '/metrics/containers',
        '/federate?match[]=up',
        '/api/v1/sd',
        '/api/v1/hosts/old/samples',
      ];
      await fleet.server.cli(['role', 'create', 'looker', '--permission', 'hosts.read']);
      const expected = {
        admin: [200, 200, 200, 200, 200],
        operator: [200, 200, 200, 200, 200],
        viewer: [200, 200, 200, 200, 200],
        scraper: [200, 200, 200, 200, 403],
        looker: [403, 403, 403, 403, 403],
      };
      for (const [role, statuses] of Object.entries(expected)) {
        const name = `as-${role}`;
        const token = (await fleet.server.cli(['token', 'create', name, '--role', role])).stdout.trim();
        const answers = await Promise.all(pages.map((page) => fleet.server.get(page, token)));
        expect(
          answers.map(({ status }) => status),
          role,
        ).toEqual(statuses);
        await fleet.server.cli(['token', 'revoke', name]);
      }
      for (const page of pages) expect((await fleet.server.get(page)).status, page).toBe(401);
    });

    it('/api/v1/sd names the exporters of the agents', async () => {
      const targets = JSON.parse((await fleet.server.get('/api/v1/sd', fleet.token)).text) as {
        targets: string[];
        labels: Record<string, string>;
      }[];
      const of = (host: string) => targets.find(({ labels }) => labels['host'] === host)?.targets[0];
      expect(of('old')).toBe(new URL(fleet.old.agent.exporterUrl).host);
      expect(of('current')).toBe(new URL(fleet.current.agent.exporterUrl).host);
    });
  });
}
