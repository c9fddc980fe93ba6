import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importBusybox } from '../support/busybox-image.ts';
import { runContainer } from '../support/containers.ts';
import { startFleetAgent, startFleetServer, type FleetServerProcess } from '../support/fleet-processes.ts';
import { startEngine } from '../support/private-engine.ts';
import { startPrometheus, type PrometheusProcess } from '../support/prometheus-process.ts';
import { hasRequirements } from '../support/requirements.ts';
import { createTempFolder } from '../support/temp-folder.ts';
import { waitFor } from '../support/wait-for.ts';

const cleanups: (() => unknown)[] = [];

describe.skipIf(!hasRequirements('28', 'prometheus', 'promtool'))('a real Prometheus', () => {
  let server: FleetServerProcess;
  let prometheus: PrometheusProcess;

  beforeAll(async () => {
    server = await startFleetServer({ env: { TALLYMAN_SAMPLE_INTERVAL: '2s' } });
    cleanups.push(() => server.remove());
    const engine = await startEngine({ version: '28' });
    cleanups.push(() => engine.stop());
    await importBusybox(engine, 'bb:1');
    await runContainer(engine, 'web', { flags: ['--label', 'com.docker.compose.project=shop'] });
    const joinLine = (await server.cli(['host', 'add', 'dock'])).stdout.trim();
    const agent = await startFleetAgent({ joinLine, engine: engine.host });
    cleanups.push(() => agent.remove());
    const folder = createTempFolder();
    cleanups.push(() => folder.remove());
    const credentials = join(folder.path, 'token');
    writeFileSync(credentials, (await server.cli(['token', 'create', 'prometheus', '--role', 'scraper'])).stdout);
    const targets = [new URL(server.url).host];
    const authorization = { credentials_file: credentials };
    prometheus = await startPrometheus([
      { job_name: 'fleet', authorization, static_configs: [{ targets }] },
      {
        job_name: 'federate',
        metrics_path: '/federate',
        honor_labels: true,
        authorization,
        params: { 'match[]': ['{__name__=~"container_.*"}', 'dockmesh_hosts_total'] },
        static_configs: [{ targets }],
      },
      { job_name: 'containers', metrics_path: '/metrics/containers', authorization, static_configs: [{ targets }] },
      { job_name: 'refused', static_configs: [{ targets }] },
      {
        job_name: 'discovered',
        authorization,
        http_sd_configs: [{ url: `${server.url}/api/v1/sd`, authorization, refresh_interval: '5s' }],
      },
    ]);
  });
  afterAll(async () => {
    await prometheus?.stop();
    for (const cleanup of cleanups.toReversed()) await cleanup();
  });

  const eventually = (promql: string) =>
    waitFor(`an answer to ${promql}`, async () => {
      const answer = await prometheus.query(promql);
      return answer.length > 0 && answer;
    });

  it('scrapes with the token, and is refused without', async () => {
    expect(await eventually('up{job="fleet"} == 1')).toHaveLength(1);
    expect(await eventually('up{job="containers"} == 1')).toHaveLength(1);
    expect(await eventually('up{job="refused"} == 0')).toHaveLength(1);
    const refused = (await prometheus.targets()).find(({ job }) => job === 'refused');
    expect(refused?.lastError).toContain('401');
  });

  it('answers the example queries of what is there', async () => {
    const online = await eventually('dockmesh_hosts_total{job="fleet",status="online"} == 1');
    expect(online).toHaveLength(1);
    expect(await prometheus.query('dockmesh_agent_last_seen_seconds > 120')).toEqual([]);
    expect(await eventually('dockmesh_agent_last_seen_seconds < 60')).toMatchObject([{ labels: { host: 'dock' } }]);
    expect(await eventually('dockmesh_stacks_total{state="error"}')).toMatchObject([
      { labels: { host: 'dock', state: 'error' }, value: 0 },
    ]);
    const rtt = await eventually('histogram_quantile(0.95, rate(dockmesh_agent_rtt_seconds_bucket[1m])) > 0');
    expect(rtt[0]?.value).toBeLessThan(5);
    expect(await eventually('sum(rate(dockmesh_api_requests_total[1m])) > 0')).toHaveLength(1);
  });

  it('federates the containers, with the times at which the samples were taken', async () => {
    const [memory] = await eventually('container_memory_usage_bytes{job="federate",container_name="web"} > 0');
    expect(memory?.labels).toMatchObject({ host: 'dock', compose_project: 'shop', image: 'bb:1' });
    const [age] = await eventually('time() - timestamp(container_memory_usage_bytes{job="federate"})');
    expect(age?.value).toBeLessThan(60);
    expect(await eventually('dockmesh_hosts_total{job="federate",status="online"} == 1')).toHaveLength(1);
    expect(await prometheus.query('process_cpu_seconds_total{job="federate"}')).toEqual([]);
  });

  it('finds the exporters of the hosts by service discovery', async () => {
    expect(await eventually('exporter_up{job="discovered",host="dock"} == 1')).toHaveLength(1);
  });

  it('every page passes promtool, but for the names that the contract fixes', async () => {
    const { runCommand } = await import('../support/run-command.ts');
    const token = (await server.cli(['token', 'create', 'lint', '--role', 'scraper'])).stdout.trim();
    const { text } = await server.get('/metrics', token);
    const { stdout, stderr } = await runCommand('promtool', ['check', 'metrics'], { input: text, accept: [0, 3] });
    const complaints = `${stdout}${stderr}`.split('\n').filter((line) => line !== '');
    const fixed = /^dockmesh_(?:hosts|stacks|containers)_total |^nodejs_heap_size_total_bytes |^nodejs_/;
    expect(complaints.filter((line) => !fixed.test(line))).toEqual([]);
  });
});
