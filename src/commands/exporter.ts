import { readFileSync } from 'node:fs';
import { systemClock } from '../base/clock.ts';
import { buildInfo } from '../base/build-info.ts';
import type { ExporterConfig } from '../config/exporter-config.ts';
import { collectorSwitches } from '../config/exporter-keys.ts';
import { parseDockerHost } from '../config/docker-host.ts';
import { createExporter, type ExporterOptions } from '../exporter/create-exporter.ts';
import type { Command } from './command.ts';
import { createConfiguredLog } from './configured-log.ts';
import { createConfiguredServer } from './configured-server.ts';
import { readExporterConfig } from './exporter-config-input.ts';

/** How long requests that are under way may take to end. */
const stopDeadlineMs = 5000;

export const exporter: Command = async (context) => {
  const input = await readExporterConfig(context);
  if ('exitCode' in input) return input;
  const { config } = input;
  const log = createConfiguredLog(config);
  const container = createExporter({ ...toExporterOptions(config), clock: systemClock, log });
  const server = createConfiguredServer(config, container.routes, log);
  const { address, port, tls } = await server.start();
  log.info({ address, port, tls, version: buildInfo.version }, 'the exporter listens');
  container.start();
  return {
    async stop() {
      log.info('the exporter stops');
      await server.stop(stopDeadlineMs);
      container.stop();
    },
  };
};

/** What the configuration means to the exporter, for every role that is one. */
export function toExporterOptions(config: ExporterConfig): Omit<ExporterOptions, 'clock' | 'log'> {
  const isAuthenticated = config['server.auth.enabled'] || config['server.web_config_file'] !== '';
  return {
    engine: toEngine(config),
    metricsSocket: config['engine.metrics_socket'],
    collectors: collectorSwitches(config),
    filters: {
      include: {
        names: config['collection.filters.include.names'],
        images: config['collection.filters.include.images'],
        labels: config['collection.filters.include.labels'],
      },
      exclude: {
        names: config['collection.filters.exclude.names'],
        images: config['collection.filters.exclude.images'],
        labels: config['collection.filters.exclude.labels'],
      },
    },
    labels: {
      containerId: config['metrics.labels.container_id'],
      containerLabels: config['metrics.labels.container_labels'],
    },
    namespace: config['metrics.namespace'],
    globalLabels: config['metrics.global_labels'],
    collection: {
      timeoutMs: config['collection.timeout'],
      intervalMs: config['collection.interval'],
      cacheTtlMs: config['metrics.cache.enabled'] ? config['metrics.cache.ttl'] : 0,
    },
    maxConcurrent: config['performance.max_concurrent'],
    paths: {
      metrics: config['server.metrics_path'],
      health: config['server.health_path'],
      ready: config['server.ready_path'],
    },
    isHealthExempt: config['server.auth.exempt_health'],
    profiling: config['performance.profiling_enabled'] ? { isAuthenticated } : undefined,
  };
}

function toEngine(config: ExporterConfig): ExporterOptions['engine'] {
  const address = parseDockerHost(config['docker.host'], config['docker.tls.enabled']);
  const read = (path: string): string | undefined => (path === '' ? undefined : readFileSync(path, 'utf8'));
  const tls =
    address.kind === 'tcp' && address.tls
      ? {
          verify: config['docker.tls.verify'],
          ca: read(config['docker.tls.ca_cert']),
          cert: read(config['docker.tls.cert']),
          key: read(config['docker.tls.key']),
        }
      : undefined;
  return { address, tls, pinnedApiVersion: config['docker.api_version'] || undefined };
}
