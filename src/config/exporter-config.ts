import { deriveDockerTls, dockerChecks } from './docker-tls.ts';
import { collectorsSection, exporterKeys, type ExporterKeyOptions, type ExporterKeys } from './exporter-keys.ts';
import type { Draft } from './draft.ts';
import { dockerKeys } from './docker-keys.ts';
import type { Config } from './key.ts';
import { loadConfig, type LoadOptions, type LoadResult, type Sources } from './load.ts';
import { defineCheck, type Check } from './settings.ts';
import { webChecks } from './web-checks.ts';

export type ExporterConfig = Config<ExporterKeys>;

/**
 * Loads the configuration of `tallyman exporter`: its keys, and what has to fit together among them. Reads the files
 * that keys name, to find out at the start whether they can be used.
 */
export function loadExporterConfig(sources: Sources, options: ExporterKeyOptions): LoadResult<ExporterKeys> {
  return loadConfig(exporterKeys(options), sources, exporterOptions);
}

/** The default socket is that of the engine at the default address: another engine's metrics are none of its business. */
function deriveMetricsSocket(draft: Draft<ExporterKeys>): void {
  if (draft.explicit('engine.metrics_socket')) return;
  const host = draft.config['docker.host'].replace('unix:///run/', 'unix:///var/run/');
  if (host !== dockerKeys['docker.host'].default) draft.set('engine.metrics_socket', '', draft.origin('docker.host'));
}

const cacheChecks: readonly Check<ExporterKeys>[] = [
  defineCheck(['metrics.cache.enabled', 'metrics.cache.ttl'], (settings) => {
    if (!settings.config['metrics.cache.enabled'] || settings.config['metrics.cache.ttl'] > 0) return [];
    return [`${settings.subject('metrics.cache.ttl')} makes an enabled cache useless: use more than 0`];
  }),
  defineCheck(['metrics.cache.enabled', 'collection.interval'], (settings) => {
    if (!settings.config['metrics.cache.enabled'] || settings.config['collection.interval'] === 0) return [];
    const cache = settings.subject('metrics.cache.enabled');
    return [`${cache} cannot be combined with ${settings.subject('collection.interval')}: use one`];
  }),
];

/** How the exporter's keys are put together; roles that hold these keys among others do the same. */
export const exporterOptions: LoadOptions<ExporterKeys> = {
  configEnv: 'EXPORTER_CONFIG',
  sections: { [collectorsSection]: 'collector' },
  derive(draft) {
    deriveDockerTls(draft);
    deriveMetricsSocket(draft);
  },
  checks: [...webChecks, ...dockerChecks, ...cacheChecks],
};
