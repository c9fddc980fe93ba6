import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Collector } from '../collectors/collector.ts';
import { collectors, enabledCollectors } from '../collectors/index.ts';
import type { ContainerLabelOptions } from '../collectors/container-labels.ts';
import { createCollectorRunner } from '../collectors/run.ts';
import { selfMetrics } from '../collectors/self.ts';
import { createCallRecord } from '../docker/call-record.ts';
import { createDockerClient } from '../docker/client.ts';
import type { ContainerFilters } from '../docker/container-filter.ts';
import { createObserver, type Observer } from '../docker/observer.ts';
import type { EngineAddress, EngineTls } from '../docker/transport.ts';
import type { Route } from '../http/route.ts';
import { labelText } from '../metrics/labels.ts';
import { createDiscoveryRoute } from './discovery-route.ts';
import { createEngineMetrics } from './engine-metrics.ts';
import { createMetricsBody } from './metrics-body.ts';
import { createProfilingRoutes } from './profiling.ts';
import { createReadiness } from './readiness.ts';
import { createExporterRoutes } from './routes.ts';
import { createScraper, type TakenSamples } from './scraper.ts';

export interface ExporterOptions {
  engine: { address: EngineAddress; tls: EngineTls | undefined; pinnedApiVersion: string | undefined };
  /** The engine's socket with its own metrics, which are served too where it is there; empty for none. */
  metricsSocket: string;
  /** Switches of collectors and groups by name; what is not named is on. */
  collectors: Readonly<Record<string, boolean>>;
  filters: ContainerFilters;
  labels: ContainerLabelOptions;
  namespace: string;
  globalLabels: Readonly<Record<string, string>>;
  collection: { timeoutMs: number; intervalMs: number; cacheTtlMs: number };
  /** 0: by the engine's version. */
  maxConcurrent: number;
  paths: { metrics: string; health: string; ready: string };
  isHealthExempt: boolean;
  /** Beside the program's own collectors, always on. */
  moreCollectors?: readonly Collector[];
  /** undefined: no profiles. */
  profiling: { isAuthenticated: boolean } | undefined;
  clock: Clock;
  log: Log;
}

/** The observed engine beyond HTTP: samples shared with the scrapes at the same time, and what changes between them. */
export interface ObservedEngine extends Pick<Observer, 'health' | 'list' | 'watch'> {
  take(): Promise<TakenSamples>;
}

export interface Exporter {
  /** What it answers over HTTP. */
  routes: readonly Route[];
  /** What it knows of the engine, for who shares the process. */
  engine: ObservedEngine;
  /** Looks for the engine, once, and starts collecting in the background where that is configured. Returns at once. */
  start(): void;
  stop(): void;
}

/** The container exporter without its HTTP server: the collectors of one engine and the routes that serve them. */
export function createExporter(options: ExporterOptions): Exporter {
  const { clock, log, collection, moreCollectors = [] } = options;
  const calls = createCallRecord(() => clock.monotonic());
  const client = createDockerClient({
    ...options.engine,
    record: calls,
    onRefused: (call, message) => log.warn({ call }, `the engine, or a proxy before it, refuses a call: ${message}`),
    onFault: (call, fault) => log.debug({ call, fault }, 'left out a value of the wrong type'),
  });
  const groups = (['container', 'system'] as const).filter((group) => options.collectors[group] !== false);
  const runner = createCollectorRunner({
    collectors: [...enabledCollectors(options.collectors), ...moreCollectors],
    groups,
    labels: options.labels,
    calls,
    clock,
    log,
  });
  const { filters, maxConcurrent } = options;
  const observer = createObserver({ client, record: calls, filters, needs: runner.needs, maxConcurrent, clock, log });
  const scraper = createScraper({ observer, runner, ...collection, clock });
  const names = { namespace: options.namespace, globalLabels: labelText(Object.entries(options.globalLabels)) };
  const engineMetrics = createEngineMetrics({
    socketPath: options.metricsSocket,
    own: [...[...collectors, ...moreCollectors].flatMap(({ metrics }) => metrics), ...selfMetrics],
    ...names,
    log,
  });
  const routes = createExporterRoutes({
    scraper,
    engineMetrics,
    readiness: createReadiness((signal) => observer.probe(signal), clock),
    metricsBody: createMetricsBody(names),
    paths: options.paths,
    collectionTimeoutMs: collection.timeoutMs,
    isHealthExempt: options.isHealthExempt,
  });
  const { address } = options.engine;
  const hostAddress = address.kind === 'tcp' ? address.host : '127.0.0.1';
  const discovery = createDiscoveryRoute(client, collection.timeoutMs, { filters, hostAddress });
  const profiles = options.profiling === undefined ? [] : createProfilingRoutes(options.profiling);
  return {
    routes: [...routes, discovery, ...profiles],
    engine: {
      take: () => scraper.take(collection.timeoutMs),
      health: (signal) => observer.health(signal),
      list: (signal) => observer.list(signal),
      watch: (watcher) => observer.watch(watcher),
    },
    start() {
      void observer.start(AbortSignal.timeout(collection.timeoutMs));
      scraper.start();
    },
    stop() {
      scraper.stop();
      engineMetrics.stop();
      observer.stop();
    },
  };
}
