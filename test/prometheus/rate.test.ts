import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importBusybox } from '../support/busybox-image.ts';
import { runContainer } from '../support/containers.ts';
import type { EngineStats } from '../support/engine-answers.ts';
import { engineVersions, type EngineVersion } from '../support/engine-versions.ts';
import { startEngine, type PrivateEngine } from '../support/private-engine.ts';
import { startPrometheus, type PrometheusProcess } from '../support/prometheus-process.ts';
import { hasRequirements } from '../support/requirements.ts';
import { startTallyman, type TallymanProcess } from '../support/tallyman-process.ts';
import { waitFor } from '../support/wait-for.ts';

/** Long enough that a reading which is a second old, as 20.10's may be, stays within the tolerance. */
const windowSeconds = 30;
const versions = engineVersions.filter((version) => hasRequirements(version, 'prometheus'));

interface Usage {
  /** CPU seconds of the container since it started, and when the engine read them, in seconds since 1970. */
  cpu: number;
  readAt: number;
  /** When Prometheus took the sample before. */
  sampledAt: number;
}

describe.skipIf(versions.length === 0)('rate() over a container that is busy half the time', () => {
  const engines = new Map<EngineVersion, PrivateEngine>();
  const tallymen = new Map<EngineVersion, TallymanProcess>();
  const usages = new Map<EngineVersion, Usage[]>();
  let prometheus: PrometheusProcess | undefined;

  beforeAll(async () => {
    for (const version of versions) {
      const engine = await startEngine({ version });
      engines.set(version, engine);
      await importBusybox(engine, 'bb:1');
      await runContainer(engine, 'busy', { flags: ['--cpus', '0.5'], script: 'while :; do :; done' });
      tallymen.set(version, await startTallyman({ env: { DOCKER_HOST: engine.host } }));
    }
    const jobs = [...tallymen].map(([version, { port }]) => ({
      job_name: version,
      static_configs: [{ targets: [`127.0.0.1:${String(port)}`] }],
    }));
    prometheus = await startPrometheus(jobs);
    await Promise.all(
      versions.map(async (version) => {
        const first = await usageAtSample(version);
        await sleep((windowSeconds - 1) * 1000);
        usages.set(version, [first, await usageAtSample(version)]);
      }),
    );
  });
  afterAll(async () => {
    await prometheus?.stop();
    for (const tallyman of tallymen.values()) await tallyman.stop();
    for (const engine of engines.values()) engine.stop();
  });

  it.each(versions)('is within 5%% of what the engine saw it use: Docker %s', async (version) => {
    const [first, last] = usages.get(version) ?? [];
    if (first === undefined || last === undefined) throw new Error('not measured');
    const used = (last.cpu - first.cpu) / (last.readAt - first.readAt);
    const rate = await ask(`rate(${seriesOf(version)}[${String(windowSeconds)}s])`, last.sampledAt);
    expect(used).toBeGreaterThan(0.05);
    expect(rate).toBeGreaterThan(used * 0.95);
    expect(rate).toBeLessThan(used * 1.05);
  });

  /** Looks right after a sample was stored: rate() has the least to guess when its window ends with one. */
  async function usageAtSample(version: EngineVersion): Promise<Usage> {
    const timestamp = (): Promise<number | undefined> => ask(`timestamp(${seriesOf(version)})`);
    const before = await timestamp();
    const sampledAt = await waitFor('the next sample', async () => {
      const now = await timestamp();
      return now !== before && now;
    });
    const stats = (await engines.get(version)?.api('/containers/busy/stats?stream=false&one-shot=true')) as EngineStats;
    return { cpu: stats.cpu_stats.cpu_usage.total_usage / 1e9, readAt: Date.parse(stats.read) / 1000, sampledAt };
  }

  /** The value of the only series of the answer. */
  async function ask(query: string, at?: number): Promise<number | undefined> {
    return (await prometheus?.query(query, at))?.[0]?.value;
  }
});

function seriesOf(version: EngineVersion): string {
  return `container_cpu_usage_seconds_total{job="${version}",container_name="busy"}`;
}
