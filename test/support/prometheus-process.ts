import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startBackground } from './background-process.ts';
import { findFreePort } from './free-port.ts';
import { httpGet } from './http-get.ts';
import { createTempFolder } from './temp-folder.ts';
import { waitFor } from './wait-for.ts';

/** A series of a query's answer. */
export interface QueryResult {
  labels: Record<string, string>;
  value: number;
}

export interface ScrapeTarget {
  job: string;
  health: 'up' | 'down' | 'unknown';
  lastError: string;
}

export interface PrometheusProcess {
  /** An instant query whose answer is a vector, at a moment (seconds since 1970) or now. */
  query(promql: string, at?: number): Promise<QueryResult[]>;
  targets(): Promise<ScrapeTarget[]>;
  stop(): Promise<void>;
}

/**
 * Starts a real Prometheus that scrapes every two seconds: Docker 20.10 may need one for its statistics.
 * `scrapeConfigs` is the list below `scrape_configs:`.
 */
export async function startPrometheus(scrapeConfigs: readonly object[]): Promise<PrometheusProcess> {
  const folder = createTempFolder();
  const config = join(folder.path, 'prometheus.yml');
  writeFileSync(
    config,
    JSON.stringify({ global: { scrape_interval: '2s', scrape_timeout: '2s' }, scrape_configs: scrapeConfigs }),
  );
  const address = `127.0.0.1:${String(await findFreePort())}`;
  const child = startBackground('prometheus', [
    ...[`--config.file=${config}`, `--storage.tsdb.path=${join(folder.path, 'data')}`],
    ...[`--web.listen-address=${address}`, '--log.level=warn'],
  ]);
  const stop = async (): Promise<void> => {
    await child.stop();
    folder.remove();
  };
  const url = `http://${address}`;
  try {
    await waitFor('Prometheus to be ready', async () => {
      if (!child.isRunning()) throw new Error(child.output());
      return (await httpGet(`${url}/-/ready`)).status === 200;
    });
  } catch (error) {
    await stop();
    throw error;
  }
  const ask = async (path: string): Promise<unknown> => {
    const { status, text } = await httpGet(url + path);
    if (status !== 200) throw new Error(`GET ${path}: ${String(status)} ${text}`);
    return (JSON.parse(text) as { data: unknown }).data;
  };
  return {
    async query(promql, at) {
      const time = at === undefined ? '' : `&time=${String(at)}`;
      const data = (await ask(`/api/v1/query?query=${encodeURIComponent(promql)}${time}`)) as {
        result: { metric: Record<string, string>; value: [number, string] }[];
      };
      return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    },
    async targets() {
      const data = (await ask('/api/v1/targets')) as {
        activeTargets: { scrapePool: string; health: ScrapeTarget['health']; lastError: string }[];
      };
      return data.activeTargets.map(({ scrapePool, health, lastError }) => ({ job: scrapePool, health, lastError }));
    },
    stop,
  };
}
