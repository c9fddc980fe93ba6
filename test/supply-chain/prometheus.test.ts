import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askDashboard, placeOf } from '../dashboards/asked-dashboard.ts';
import { loadDashboards } from '../dashboards/dashboard-files.ts';
import { startFleetServer, type FleetServerProcess } from '../support/fleet-processes.ts';
import { startPrometheus, type PrometheusProcess, type QueryResult } from '../support/prometheus-process.ts';
import { hasRequirements } from '../support/requirements.ts';
import { runCommand } from '../support/run-command.ts';
import { createTempFolder } from '../support/temp-folder.ts';
import { waitFor } from '../support/wait-for.ts';
import { smallReport } from './small-report.ts';

const cleanups: (() => unknown)[] = [];
const org = 'acme';
const [web, api, old] = ['registry.example.org/shop/web:2', 'registry.example.org/shop/api:1', 'legacy/cron:0.9'];

describe.skipIf(!hasRequirements('prometheus', 'promtool'))('a real Prometheus', () => {
  let server: FleetServerProcess;
  let prometheus: PrometheusProcess;
  let token: string;

  beforeAll(async () => {
    server = await startFleetServer({ env: { TALLYMAN_SCOUT_CACHE: '1s' } });
    cleanups.push(() => server.remove());
    for (const name of [org, 'other']) await server.cli(['org', 'create', name, '--owner', 'admin']);
    token = (await server.cli(['token', 'create', 'prometheus', '--org', org])).stdout.trim();
    const other = (await server.cli(['token', 'create', 'others', '--org', 'other'])).stdout.trim();

    await push({ image: web, user: 'app', vulnerabilities: { CRITICAL: 2, HIGH: 3, UNKNOWN: 1 } });
    await push({ image: api, user: 'root', vulnerabilities: { CRITICAL: 1, MEDIUM: 4 } });
    await push({ image: old, user: 'app', vulnerabilities: {} });
    await server.cli(['env', 'record', 'production', web, api, '--org', org]);
    await server.cli(['env', 'record', 'staging', old, '--org', org]);

    const targets = [new URL(server.url).host];
    const job = (name: string, path: string, shown?: string): object => ({
      job_name: name,
      metrics_path: path,
      ...(shown === undefined ? {} : { authorization: { credentials_file: written(name, shown) } }),
      static_configs: [{ targets }],
    });
    prometheus = await startPrometheus([
      // Nothing is relabelled: the job's name is the organisation.
      job(org, `/v1/exporter/org/${org}/metrics`, token),
      job('short', `/v1/exporter/org/${org}`, `${token}\n`),
      job('others', `/v1/exporter/org/${org}/metrics`, other),
      job('nobody', `/v1/exporter/org/${org}/metrics`),
      job('nowhere', '/v1/exporter/org/nowhere/metrics', token),
    ]);
  });
  afterAll(async () => {
    await prometheus?.stop();
    for (const cleanup of cleanups.toReversed()) await cleanup();
  });

  const push = (report: Parameters<typeof smallReport>[0]) =>
    server.cli(['report', 'push', '-', '--image', report.image, '--org', org], { input: smallReport(report) });
  const eventually = (promql: string): Promise<QueryResult[]> =>
    waitFor(`an answer to ${promql}`, async () => {
      const answer = await prometheus.query(promql);
      return answer.length > 0 && answer;
    });
  const valueOf = async (promql: string): Promise<number | undefined> => (await eventually(promql))[0]?.value;

  it('scrapes both paths with credentials_file, and nothing with another organisation’s token or none', async () => {
    expect(await eventually(`up{job="${org}"} == 1`)).toHaveLength(1);
    expect(await eventually('up{job="short"} == 1')).toHaveLength(1);
    for (const [job, status] of [
      ['others', '403'],
      ['nobody', '401'],
      ['nowhere', '404'],
    ] as const) {
      await eventually(`up{job="${job}"} == 0`);
      const target = (await prometheus.targets()).find((one) => one.job === job);
      expect(target?.lastError, job).toContain(status);
    }
  });

  it('answers what dashboards of this endpoint ask for vulnerabilities', async () => {
    const bySeverity = (severity: string, streamName: string): string =>
      `sum by(severity) (scout_stream_vulnerabilities{job="${org}", streamName="${streamName}", severity="${severity}"})`;
    expect(await valueOf(bySeverity('CRITICAL', 'production'))).toBe(3);
    expect(await valueOf(bySeverity('HIGH', 'production'))).toBe(3);
    expect(await valueOf(bySeverity('MEDIUM', 'production'))).toBe(4);
    expect(await valueOf(bySeverity('LOW', 'production'))).toBe(0);
    expect(await valueOf(bySeverity('UNSPECIFIED', 'production'))).toBe(1);
    expect(await valueOf(bySeverity('CRITICAL', 'staging'))).toBe(0);
    expect(await valueOf(bySeverity('CRITICAL', 'latest-indexed'))).toBe(3);
  });

  it('answers what dashboards of this endpoint ask for policies', async () => {
    const percent = (id: string, stream: string): string =>
      `(scout_policy_compliant_images{streamName="${stream}", job="${org}", id="${id}"} * 100) / ` +
      `scout_policy_evaluated_images{streamName="${stream}", job="${org}", id="${id}"}`;
    const [user] = await eventually(percent('no-default-root-user', 'production'));
    expect(user).toEqual({
      labels: expect.objectContaining({
        displayName: 'Default non-root user',
        streamName: 'production',
        job: org,
      }) as object,
      value: 50,
    });
    expect(await valueOf(percent('fixable-vulnerabilities', 'production'))).toBe(0);
    expect(await valueOf(percent('fixable-vulnerabilities', 'staging'))).toBe(100);
    expect(await valueOf(`count(scout_policy_evaluated_images{job="${org}", streamName="production"})`)).toBe(7);
    expect(await valueOf(`count(scout_policy_compliant_images{job="${org}", streamName="production"})`)).toBe(7);
  });

  it('each query of the dashboards of the supply chain has an answer, and none fails', async () => {
    const boards = loadDashboards().filter(({ dashboard }) => dashboard.title?.startsWith('Supply chain: '));
    expect(boards).toHaveLength(2);
    for (const { dashboard } of boards) {
      // What is shown over time needs more than one scrape.
      await expect
        .poll(
          async () => {
            const answers = await askDashboard(prometheus, dashboard, { org: [org] });
            expect(answers.filter(({ error }) => error !== undefined).map(placeOf)).toEqual([]);
            return answers.filter(({ series }) => series.length === 0).map(placeOf);
          },
          { timeout: 30_000, interval: 1000 },
        )
        .toEqual([]);
    }
  });

  it('the page passes promtool, but for the label names that the contract fixes', async () => {
    const { status, text } = await server.get(`/v1/exporter/org/${org}/metrics`, token);
    expect(status).toBe(200);
    const { stdout, stderr } = await runCommand('promtool', ['check', 'metrics'], { input: text, accept: [0, 3] });
    const complaints = `${stdout}${stderr}`.split('\n').filter((line) => line !== '');
    expect(complaints.filter((line) => !/label names should be written in 'snake_case'/.test(line))).toEqual([]);
  });

  it('a stream that ends takes its series with it; a policy that is disabled too', async () => {
    await server.cli(['env', 'remove', 'staging', old, '--org', org]);
    await server.cli(['policy', 'disable', 'approved-base-images', '--org', org]);
    await waitFor('the series to end', async () => {
      const left = await prometheus.query(`{streamName="staging", job="${org}"}`);
      const disabled = await prometheus.query(`{id="approved-base-images", job="${org}"}`);
      return left.length === 0 && disabled.length === 0;
    });
    expect(await valueOf(`count(scout_stream_vulnerabilities{job="${org}", streamName="production"})`)).toBe(5);
  });

  it('a token that was revoked is refused at the next scrape', async () => {
    await server.cli(['token', 'revoke', 'prometheus']);
    await eventually(`up{job="${org}"} == 0`);
    const target = (await prometheus.targets()).find(({ job }) => job === org);
    expect(target?.lastError).toContain('401');
  });
});

function written(name: string, text: string): string {
  const folder = createTempFolder();
  cleanups.push(() => folder.remove());
  const file = join(folder.path, name);
  writeFileSync(file, text);
  return file;
}
