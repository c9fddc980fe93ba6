import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { startBackground, type BackgroundProcess } from '../support/background-process.ts';
import { findFreePort } from '../support/free-port.ts';
import { httpGet } from '../support/http-get.ts';
import { createTempFolder } from '../support/temp-folder.ts';
import { waitFor } from '../support/wait-for.ts';
import { prometheusFolder } from './rule-files.ts';

export interface ReceivedAlert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  status: { state: string; inhibitedBy: string[] };
}

/** What Prometheus says of a rule. */
export interface RuleHealth {
  name: string;
  health: 'ok' | 'unknown' | 'err';
  lastError?: string;
}

export interface AlertChain {
  /** What Alertmanager's API shows. */
  alerts(): Promise<ReceivedAlert[]>;
  rules(): Promise<RuleHealth[]>;
  stop(): Promise<void>;
}

interface PrometheusConfig {
  global: Record<string, string>;
  rule_files: string[];
  alerting: { alertmanagers: { static_configs: { targets: string[] }[] }[] };
  scrape_configs: { job_name: string; static_configs?: { targets: string[] }[] }[];
}

/**
 * A real Alertmanager and a real Prometheus with the project's own configuration and rules, but for addresses, and
 * everything asked once a second.
 */
export async function startAlertChain(exporterAddress: string): Promise<AlertChain> {
  const folder = createTempFolder();
  const [alertmanagerAddress, prometheusAddress] = [await freeAddress(), await freeAddress()];
  const configFile = join(folder.path, 'prometheus.yml');
  writeFileSync(configFile, JSON.stringify(shortenConfig(exporterAddress, alertmanagerAddress)));
  const children: BackgroundProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(children.map((child) => child.stop()));
    folder.remove();
  };
  const start = async (command: string, address: string, args: readonly string[]): Promise<void> => {
    const child = startBackground(command, args);
    children.push(child);
    await waitFor(`${command} to be ready`, async () => {
      if (!child.isRunning()) throw new Error(child.output());
      return (await httpGet(`http://${address}/-/ready`)).status === 200;
    });
  };
  try {
    await start('prometheus-alertmanager', alertmanagerAddress, [
      `--config.file=${join(prometheusFolder, '../alertmanager/alertmanager.yml')}`,
      ...[`--storage.path=${join(folder.path, 'alertmanager')}`, '--cluster.listen-address='],
      ...[`--web.listen-address=${alertmanagerAddress}`, '--log.level=warn'],
    ]);
    await start('prometheus', prometheusAddress, [
      ...[`--config.file=${configFile}`, `--storage.tsdb.path=${join(folder.path, 'prometheus')}`],
      ...[`--web.listen-address=${prometheusAddress}`, '--log.level=warn'],
    ]);
  } catch (error) {
    await stop();
    throw error;
  }
  const ask = async (url: string): Promise<unknown> => {
    const { status, text } = await httpGet(url);
    if (status !== 200) throw new Error(`GET ${url}: ${String(status)} ${text}`);
    return JSON.parse(text);
  };
  return {
    alerts: async () => (await ask(`http://${alertmanagerAddress}/api/v2/alerts`)) as ReceivedAlert[],
    async rules() {
      const { data } = (await ask(`http://${prometheusAddress}/api/v1/rules`)) as {
        data: { groups: { rules: RuleHealth[] }[] };
      };
      return data.groups.flatMap(({ rules }) => rules);
    },
    stop,
  };
}

function shortenConfig(exporterAddress: string, alertmanagerAddress: string): PrometheusConfig {
  const config = parse(readFileSync(join(prometheusFolder, 'prometheus.yml'), 'utf8')) as PrometheusConfig;
  return {
    ...config,
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: config.rule_files.map((path) => join(prometheusFolder, path)),
    alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanagerAddress] }] }] },
    scrape_configs: config.scrape_configs
      .filter(({ job_name: job }) => job === 'tallyman')
      .map((one) => ({ ...one, static_configs: [{ targets: [exporterAddress] }] })),
  };
}

async function freeAddress(): Promise<string> {
  return `127.0.0.1:${String(await findFreePort())}`;
}
