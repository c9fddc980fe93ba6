import { buildInfo } from '../base/build-info.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { createOnceLog } from '../base/once-log.ts';
import type { MetricsSocket } from '../docker/metrics-socket.ts';
import { chooseEncoding, compress } from '../http/content-encoding.ts';
import { textReply, type HttpReply, type HttpRequest, type Route } from '../http/route.ts';
import { scrapeTimeout } from '../http/scrape-timeout.ts';
import { contentTypes, writeExposition } from '../metrics/exposition.ts';
import { negotiateFormat } from '../metrics/negotiate-format.ts';
import { refusals, type Collection } from './collection.ts';
import type { SelfMetrics } from './self-metrics.ts';

/** The longest a scrape waits for the engine: Prometheus' own default. The engine takes milliseconds. */
const scrapeLimitMs = 10_000;
/** How long an answer on readiness waits for the engine. */
const readyLimitMs = 1000;

export interface PluginRouteOptions {
  collection: Collection;
  socket: MetricsSocket;
  self: SelfMetrics;
  paths: { metrics: string; self: string; health: string; ready: string };
  /** Leaves health and readiness open to everybody. */
  isHealthExempt: boolean;
  clock: Clock;
  log: Log;
}

/** Everything the plugin answers over HTTP. */
export function createPluginRoutes(options: PluginRouteOptions): Route[] {
  const { collection, socket, paths } = options;
  const open = options.isHealthExempt;

  const health: Route['handle'] = () => textReply(200, 'ok', noStore);
  const ready: Route['handle'] = async () => {
    const phase = collection.phase();
    if (phase !== 'collecting') return unavailable(refusals[phase]);
    const answer = await socket.get({ timeoutMs: readyLimitMs });
    return answer.ok ? textReply(200, 'ready', noStore) : unavailable(answer.message);
  };

  return [
    { path: paths.metrics, handle: createPassThrough(options) },
    { path: paths.self, handle: (request) => ownMetrics(options, request) },
    ...[paths.health, '/-/healthy'].map((path) => ({ path, open, handle: health })),
    ...[paths.ready, '/-/ready'].map((path) => ({ path, open, handle: ready })),
    { path: '/version', handle: version },
    { path: '/', handle: () => textReply(200, Object.values(paths).concat('/version').join('\n')) },
  ];
}

const noStore = { 'Cache-Control': 'no-store' };

function unavailable(reason: string): HttpReply {
  return textReply(503, `503: ${reason}`, noStore);
}

/** The engine's metrics, byte for byte and in whatever format and encoding it chooses for this scraper. */
function createPassThrough(options: PluginRouteOptions): Route['handle'] {
  const { collection, socket, self, clock } = options;
  const onceLog = createOnceLog(options.log);

  return async ({ headers, signal }) => {
    const phase = collection.phase();
    if (phase !== 'collecting') {
      self.refused(phase);
      return unavailable(refusals[phase]);
    }
    const from = clock.monotonic();
    const answer = await socket.get({
      accept: headers.accept,
      acceptEncoding: headers['accept-encoding'],
      timeoutMs: scrapeTimeout(headers['x-prometheus-scrape-timeout-seconds'], scrapeLimitMs),
      signal,
    });
    const ms = clock.monotonic() - from;
    if (!answer.ok) {
      self.asked({ outcome: answer.fault, ms, bytes: 0 });
      if (answer.fault !== 'client_gone') onceLog.warn(answer.fault, {}, answer.message);
      return unavailable(answer.message);
    }
    self.asked({ outcome: 'ok', ms, bytes: answer.body.length });
    onceLog.reset();
    const { contentType, contentEncoding, body } = answer;
    return {
      status: 200,
      headers: {
        ...(contentType === undefined ? {} : { 'Content-Type': contentType }),
        ...(contentEncoding === undefined ? {} : { 'Content-Encoding': contentEncoding }),
        Vary: 'Accept, Accept-Encoding',
      },
      body,
    };
  };
}

async function ownMetrics({ collection, self }: PluginRouteOptions, { headers }: HttpRequest): Promise<HttpReply> {
  const format = negotiateFormat(headers.accept);
  const encoding = chooseEncoding(headers['accept-encoding']);
  const samples = self.collect(collection.phase());
  const text = writeExposition(samples, { format, namespace: '', globalLabels: '' });
  return {
    status: 200,
    headers: {
      'Content-Type': contentTypes[format],
      ...(encoding === 'identity' ? {} : { 'Content-Encoding': encoding }),
      Vary: 'Accept, Accept-Encoding',
    },
    body: await compress(encoding, Buffer.from(text)),
  };
}

function version(): HttpReply {
  const body = JSON.stringify({
    version: buildInfo.version,
    commit: buildInfo.commit,
    build_date: buildInfo.buildDate,
    runtime: `node${process.versions.node}`,
  });
  return { status: 200, headers: { 'Content-Type': 'application/json' }, body: `${body}\n` };
}
