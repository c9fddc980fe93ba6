import { buildInfo } from '../base/build-info.ts';
import { textReply, type HttpReply, type Route } from '../http/route.ts';
import { scrapeTimeout } from '../http/scrape-timeout.ts';
import { discoveryPath } from './discovery-route.ts';
import type { EngineMetrics } from './engine-metrics.ts';
import { landingPage } from './landing-page.ts';
import type { createMetricsBody } from './metrics-body.ts';
import type { Readiness } from './readiness.ts';
import type { Scraper } from './scraper.ts';

export interface ExporterRouteOptions {
  scraper: Scraper;
  engineMetrics: EngineMetrics;
  readiness: Readiness;
  metricsBody: ReturnType<typeof createMetricsBody>;
  paths: { metrics: string; health: string; ready: string };
  collectionTimeoutMs: number;
  /** Leaves health and readiness open to everybody. */
  isHealthExempt: boolean;
}

/** Everything the exporter answers but profiles. */
export function createExporterRoutes(options: ExporterRouteOptions): Route[] {
  const { scraper, engineMetrics, readiness, metricsBody, paths } = options;
  const open = options.isHealthExempt;

  const health: Route['handle'] = () => plain(200, 'ok');
  const ready: Route['handle'] = async () =>
    (await readiness.isReady()) ? plain(200, 'ready') : plain(503, 'not ready: the Docker Engine does not answer');
  const links = [
    { path: paths.metrics, text: 'the metrics' },
    { path: paths.health, text: 'whether the exporter runs' },
    { path: paths.ready, text: 'whether the engine answers' },
    { path: discoveryPath, text: "targets for Prometheus' HTTP service discovery, from container labels" },
    { path: '/version', text: 'version and build' },
  ];

  return [
    {
      path: paths.metrics,
      async handle({ headers }) {
        const timeoutMs = scrapeTimeout(headers['x-prometheus-scrape-timeout-seconds'], options.collectionTimeoutMs);
        const [samples, engine] = await Promise.all([scraper.scrape(timeoutMs), engineMetrics.read(timeoutMs)]);
        return { status: 200, ...(await metricsBody({ samples, engine }, headers.accept, headers['accept-encoding'])) };
      },
    },
    ...[paths.health, '/-/healthy'].map((path) => ({ path, open, handle: health })),
    ...[paths.ready, '/-/ready'].map((path) => ({ path, open, handle: ready })),
    {
      path: '/version',
      handle: () => ({
        status: 200,
        headers: { 'Content-Type': 'application/json' },
        body: `${JSON.stringify({
          version: buildInfo.version,
          commit: buildInfo.commit,
          build_date: buildInfo.buildDate,
          runtime: `node${process.versions.node}`,
        })}\n`,
      }),
    },
    {
      path: '/',
      handle: () => ({
        status: 200,
        headers: {
          'Content-Type': 'text/html; charset=utf-8',
          'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'",
        },
        body: landingPage(buildInfo, links),
      }),
    },
  ];
}

function plain(status: number, line: string): HttpReply {
  return textReply(status, line, { 'Cache-Control': 'no-store' });
}
