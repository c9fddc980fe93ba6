import { collectorGroups, collectors } from '../collectors/index.ts';
import { baseLabels } from '../collectors/container-labels.ts';
import { exporterMetrics } from '../collectors/exporter-metrics.ts';
import { loadExporterConfig, type ExporterConfig } from '../config/exporter-config.ts';
import { exporterKeys, type ExporterKeyOptions } from '../config/exporter-keys.ts';
import { helpText } from '../config/help.ts';
import { commandNames, type CommandContext } from './command.ts';
import { answerUnloaded } from './unloaded.ts';

/** What the exporter's keys take from the collectors: the switches, and the label names that are taken. */
export const exporterKeyOptions: ExporterKeyOptions = {
  collectors: [...collectorGroups, ...collectors.map(({ name, doc }) => ({ name, doc }))],
  reservedLabels: [...new Set([...baseLabels, 'container_id', ...exporterMetrics.flatMap(({ labels }) => labels)])],
};

/**
 * Reads the exporter's configuration, the web configuration file's contents included. Faults are printed, each on a
 * line, and give exit code 2; `--help` and `--version` are answered here.
 */
export async function readExporterConfig(
  context: CommandContext,
): Promise<{ config: ExporterConfig; configFile: string | undefined } | { exitCode: 0 | 2 }> {
  const loaded = loadExporterConfig({ argv: context.args, env: context.env }, exporterKeyOptions);
  if (!loaded.ok) return answerUnloaded(loaded, context, help);
  const faults = await webConfigFaults(loaded.config['server.web_config_file']);
  for (const fault of faults) context.printError(fault);
  return faults.length > 0 ? { exitCode: 2 } : { config: loaded.config, configFile: loaded.configFile };
}

/** What is wrong with the web configuration file; nothing without one. */
export async function webConfigFaults(path: string): Promise<readonly string[]> {
  if (path === '') return [];
  const { loadWebConfig } = await import('../http/load-web-config.ts');
  const result = loadWebConfig(path);
  return result.ok ? [] : result.faults.map((fault) => `${path}: ${fault}`);
}

function help(): string {
  return helpText(exporterKeys(exporterKeyOptions), {
    command: 'tallyman exporter',
    summary: 'serves the metrics of one Docker Engine and its containers; `tallyman` alone does the same',
    configEnv: 'EXPORTER_CONFIG',
    more: [
      `Other commands, each with its own --help: ${commandNames.filter((name) => name !== 'exporter').join(', ')}.`,
    ],
  });
}
