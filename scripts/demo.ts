import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startBackground, type BackgroundProcess } from '../test/support/background-process.ts';
import { startEngine } from '../test/support/private-engine.ts';
import { hasRequirements } from '../test/support/requirements.ts';
import { createTempFolder } from '../test/support/temp-folder.ts';
import { startDemoContainers } from './demo-containers.ts';
import { answers, portNear, runShowcase, type Showcase } from './showcase.ts';

/**
 * Shows Tallyman at work: a throwaway engine with busy, sick and restarting containers, the exporter, and Prometheus
 * with the rules. Runs until Ctrl-C (or for --seconds N) and leaves nothing behind. Needs root, as an engine does.
 */
const root = new URL('..', import.meta.url).pathname;

async function main({ cleanups, stopped }: Showcase): Promise<number> {
  if (!hasRequirements('20.10', 'prometheus')) {
    console.error('demo: run it as root on Debian; scripts/install-test-tools.sh installs what is missing');
    return 1;
  }
  console.log('Starting a Docker Engine of its own ...');
  const engine = await startEngine({ version: '20.10' });
  cleanups.push(() => engine.stop());
  const count = await startDemoContainers(engine);

  const exporterPort = await portNear(9200);
  const exporter = startBackground(
    join(root, 'bin/tallyman'),
    ['--server.address', '127.0.0.1', '--server.port', String(exporterPort)],
    {
      env: { ...process.env, DOCKER_HOST: engine.host },
    },
  );
  cleanups.push(() => exporter.stop());
  await answers('the exporter', exporter, `http://127.0.0.1:${String(exporterPort)}/ready`);

  const prometheusPort = await portNear(9090);
  const prometheus = startPrometheus(cleanups, exporterPort, prometheusPort);
  cleanups.push(() => prometheus.stop());
  await answers('Prometheus', prometheus, `http://127.0.0.1:${String(prometheusPort)}/-/ready`);

  console.log(`
${String(count)} containers on Docker ${engine.version}. Look at them:

  Metrics     http://localhost:${String(exporterPort)}/metrics
  Prometheus  http://localhost:${String(prometheusPort)}/graph?g0.tab=0&g0.expr=sum%20by%20(container_name)%20(rate(container_cpu_usage_seconds_total%5B30s%5D))
  Alerts      http://localhost:${String(prometheusPort)}/alerts
  Docker      export DOCKER_HOST=${engine.host}

Ctrl-C ends it and takes everything away.`);
  await stopped;
  return 0;
}

function startPrometheus(cleanups: Showcase['cleanups'], exporterPort: number, port: number): BackgroundProcess {
  const folder = createTempFolder();
  cleanups.push(() => folder.remove());
  const config = join(folder.path, 'prometheus.yml');
  const scrape = { job_name: 'tallyman', static_configs: [{ targets: [`127.0.0.1:${String(exporterPort)}`] }] };
  // JSON is YAML too.
  writeFileSync(
    config,
    JSON.stringify({
      global: { scrape_interval: '5s', evaluation_interval: '5s' },
      rule_files: [join(root, 'deploy/prometheus/rules/*.yml')],
      scrape_configs: [scrape],
    }),
  );
  return startBackground('prometheus', [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(folder.path, 'data')}`,
    `--web.listen-address=127.0.0.1:${String(port)}`,
    '--log.level=warn',
  ]);
}

await runShowcase('demo', main);
