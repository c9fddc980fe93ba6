import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startBackground, type BackgroundProcess } from '../test/support/background-process.ts';
import { hasRequirements } from '../test/support/requirements.ts';
import { createTempFolder } from '../test/support/temp-folder.ts';
import { demoReports } from './scout-demo-reports.ts';
import { answers, portNear, runShowcase, type Showcase } from './showcase.ts';

/**
 * Shows the supply chain: a server with an organisation, reports of real scanners where they are there, two environments,
 * and a Prometheus that scrapes the organisation's endpoint. Runs until Ctrl-C (or for --seconds N) and leaves nothing
 * behind. Needs neither root nor an engine.
 */
const root = join(import.meta.dirname, '..');
const program = join(root, 'bin/tallyman');
const org = 'acme';

async function main({ cleanups, stopped }: Showcase): Promise<number> {
  if (!hasRequirements('prometheus')) {
    console.error('scout-demo: scripts/install-test-tools.sh installs Prometheus when run by root');
    return 1;
  }
  const folder = createTempFolder();
  cleanups.push(() => folder.remove());
  const data = join(folder.path, 'server');
  const port = await portNear(8080);
  const url = `http://127.0.0.1:${String(port)}`;
  const password = 'scout-demo';
  const server = startBackground(
    program,
    [
      ...['server', '--listen', `127.0.0.1:${String(port)}`, '--data', data],
      ...['--agent-listen', `127.0.0.1:${String(await portNear(8443))}`, '--scout.cache', '5s'],
    ],
    { env: { ...process.env, TALLYMAN_ADMIN_PASSWORD: password, LOG_FORMAT: 'text' } },
  );
  cleanups.push(() => server.stop());
  await answers('the server', server, `${url}/ready`);

  const tallyman = (...args: string[]): string =>
    execFileSync(program, [...args, '--data', data], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  tallyman('org', 'create', org, '--owner', 'admin');
  const token = tallyman('token', 'create', 'prometheus', '--org', org, '--expires', '1d');
  const reports = demoReports(root);
  for (const { file, image } of reports) {
    console.log(tallyman('report', 'push', file, '--image', image, '--org', org));
  }
  const images = [...new Set(reports.map(({ image }) => image))];
  const half = Math.ceil(images.length / 2);
  tallyman('env', 'record', 'production', ...images.slice(0, half), '--org', org);
  tallyman('env', 'record', 'staging', ...images.slice(half - 1), '--org', org);

  const credentials = join(folder.path, 'token');
  writeFileSync(credentials, token, { mode: 0o600 });
  const prometheusPort = await portNear(9090);
  const prometheusUrl = `http://127.0.0.1:${String(prometheusPort)}`;
  const prometheus = startPrometheus(folder.path, { target: `127.0.0.1:${String(port)}`, credentials, prometheusPort });
  cleanups.push(() => prometheus.stop());
  await answers('Prometheus', prometheus, `${prometheusUrl}/-/ready`);

  const graph = (query: string): string => `${prometheusUrl}/graph?g0.tab=0&g0.expr=${encodeURIComponent(query)}`;
  console.log(`
The organisation ${org}: ${String(images.length)} images in the environments production and staging. Look at them:

  Metrics     curl -H 'Authorization: Bearer ${token}' ${url}/v1/exporter/org/${org}/metrics
  Images      ${program} image list --org ${org} --data ${data}
  One         ${program} image show ${images[0] ?? ''} --org ${org} --data ${data}
  Policies    ${program} policy list --org ${org} --data ${data}
  The API     ${url}/api/v1/openapi.json (user admin, password ${password})
  Alerts      ${prometheusUrl}/alerts

Queries of dashboards, in Prometheus:

  ${graph(`sum by(severity) (scout_stream_vulnerabilities{job="${org}", streamName="production"})`)}
  ${graph(`(scout_policy_compliant_images{streamName="production", job="${org}"} * 100) / scout_policy_evaluated_images{streamName="production", job="${org}"}`)}

Ctrl-C ends it and takes everything away.`);
  await stopped;
  return 0;
}

interface PrometheusOptions {
  target: string;
  credentials: string;
  prometheusPort: number;
}

function startPrometheus(
  folder: string,
  { target, credentials, prometheusPort }: PrometheusOptions,
): BackgroundProcess {
  const config = join(folder, 'prometheus.yml');
  const scrape = {
    job_name: org,
    metrics_path: `/v1/exporter/org/${org}/metrics`,
    authorization: { credentials_file: credentials },
    static_configs: [{ targets: [target] }],
  };
  const rules = join(root, 'deploy/prometheus/rules/supply-chain.yml');
  // JSON is YAML too.
  writeFileSync(
    config,
    JSON.stringify({
      global: { scrape_interval: '5s', evaluation_interval: '5s' },
      rule_files: [rules],
      scrape_configs: [scrape],
    }),
  );
  return startBackground('prometheus', [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${String(prometheusPort)}`,
    '--log.level=warn',
  ]);
}

await runShowcase('scout-demo', main);
