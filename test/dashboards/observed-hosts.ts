import { dirname, join } from 'node:path';
import { importBusybox } from '../support/busybox-image.ts';
import { createContainerZoo } from '../support/container-zoo.ts';
import { runContainer } from '../support/containers.ts';
import type { EngineVersion } from '../support/engine-versions.ts';
import { startFakeEngine } from '../support/fake-engine.ts';
import { startEngine, type PrivateEngine } from '../support/private-engine.ts';
import { startPrometheus, type PrometheusProcess } from '../support/prometheus-process.ts';
import { idOf, loadRecordedAnswers, type RecordedAnswers } from '../support/recorded-answers.ts';
import { startTallyman } from '../support/tallyman-process.ts';
import { startEngineMetricsBridge } from './engine-metrics-bridge.ts';

export interface ObservedHosts {
  prometheus: PrometheusProcess;
  /** Hosts by the value of their label `instance`. */
  real: string;
  recorded: string;
  engine: PrivateEngine;
  /** Begins to create the containers of the real engine; resolves when each is what it shall be. */
  populate(): Promise<void>;
  stop(): Promise<void>;
}

/** Has everything to show: limits, load, a health check, a network, a project. The dot shall not stand for any character. */
export const busy = 'shop.web-1';
/** Is not meant when somebody chooses `busy`. */
export const almostBusy = 'shopxweb-1';
/** The recorded one that reads and writes its disk. */
export const disk = 'fx-io';

/** Engines before v25 answer for statistics once a second: a scrape must be given more than that. */
const pace = { scrape_interval: '2s', scrape_timeout: '2s' };

/**
 * Prometheus, with two hosts to scrape often:
 * - a real engine, of which the exporter and the engine's own metrics are scraped
 * - a recorded engine on cgroup v2, because a real one cannot be relied on to count disk I/O: on cgroup v1 that takes
 *   counters in the kernel that many machines are without
 */
export async function startObservedHosts(version: EngineVersion): Promise<ObservedHosts> {
  await using parts = new AsyncDisposableStack();
  const engine = await startEngine({ version });
  parts.defer(() => engine.stop());
  const bridge = await startEngineMetricsBridge(join(dirname(engine.socketPath), 'exec/metrics.sock'));
  parts.defer(() => bridge.stop());
  const tallyman = await startTallyman({ env: { DOCKER_HOST: engine.host } });
  parts.use(tallyman);

  const recordedEngine = parts.use(await startFakeEngine(withProject(loadRecordedAnswers('docker-28.5-cgroup2'))));
  const timer = setInterval(() => goOn(recordedEngine.answers), 500);
  parts.defer(() => clearInterval(timer));
  const recordedTallyman = parts.use(await startTallyman({ env: { DOCKER_HOST: recordedEngine.dockerHost } }));

  const real = `127.0.0.1:${String(tallyman.port)}`;
  const recorded = `127.0.0.1:${String(recordedTallyman.port)}`;
  const prometheus = await startPrometheus([
    { job_name: 'tallyman', ...pace, static_configs: [{ targets: [real, recorded] }] },
    { job_name: 'docker-engine', ...pace, static_configs: [{ targets: [bridge.address] }] },
  ]);
  parts.defer(() => prometheus.stop());

  const all = parts.move();
  return {
    prometheus,
    real,
    recorded,
    engine,
    populate: () => populate(engine),
    stop: () => all.disposeAsync(),
  };
}

/** The zoo's containers, sick ones among them, and some more; about a core of load in all. */
async function populate(engine: PrivateEngine): Promise<void> {
  await createContainerZoo(engine);
  await importBusybox(engine, 'bb:1');
  await startBusy(engine, 'bb:1');
  // So little that it meets its limit on a machine with much else to do, too.
  await runContainer(engine, 'throttled', { flags: ['--cpus', '0.02'], script: 'while :; do :; done' });
  await runContainer(engine, almostBusy);
  await runContainer(engine, 'near-limit', {
    flags: ['--memory', '64m', '--memory-swap', '64m', '--tmpfs', '/ram:size=62m'],
    script: 'dd if=/dev/zero of=/ram/file bs=1M count=59 2>/dev/null; exec sleep 100000',
  });
}

export async function startBusy(engine: PrivateEngine, image: string): Promise<void> {
  const flags = [
    ...['--label', 'com.docker.compose.project=shop', '--label', 'com.docker.compose.service=web'],
    ...['--network', 'zoo-one', '--memory', '64m', '--cpus', '0.2', '--pids-limit', '50'],
    ...['--health-cmd', 'true', '--health-interval', '1s', '--volume', '/data', '--stop-signal', 'KILL'],
  ];
  const script = `while :; do
  wget -q -O /dev/null http://server/page
  dd if=/dev/zero of=/data/file bs=64k count=8 conv=fsync 2>/dev/null
  i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done
done`;
  await engine.docker('run', '--detach', '--name', busy, ...flags, image, 'sh', '-c', script);
}

function withProject(answers: RecordedAnswers): RecordedAnswers {
  for (const entry of answers.list) {
    if (!entry.Names.includes(`/${disk}`)) continue;
    entry.Labels = { 'com.docker.compose.project': 'recorded', 'com.docker.compose.service': 'io' };
  }
  return answers;
}

/** Lets the recorded container read and write. In the text, so that no other number passes through a double. */
function goOn(answers: RecordedAnswers): void {
  const id = idOf(answers, disk);
  const text = answers.stats.get(id) ?? '';
  const more = text.replaceAll(
    /("op":"(?:read|write)","value":)(\d+)/g,
    (_, before: string, value: string) => before + String(Number(value) + 65_536),
  );
  answers.stats.set(id, more);
}
