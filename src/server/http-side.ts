import type { Log } from '../base/log.ts';
import { TallymanError } from '../base/errors.ts';
import { createHttpServer, type HttpServer } from '../http/http-server.ts';
import { loadWebConfig } from '../http/load-web-config.ts';
import type { Api } from './api/create-api.ts';
import { nodeListener } from './api/node-listener.ts';

export interface ListenAt {
  address: string;
  port: number;
}

export interface HttpSideOptions {
  listen: ListenAt;
  /** The metrics are then at this address and nowhere else. */
  metricsListen: ListenAt | undefined;
  /** TLS, headers and rate limit, in the file format of Prometheus' exporters; for both addresses. */
  webConfigFile: string | undefined;
  api: Api;
  log: Log;
}

export interface HttpSide {
  main: ListenAt & { tls: boolean };
  metrics: (ListenAt & { tls: boolean }) | undefined;
  stop(deadlineMs: number): Promise<void>;
}

/** What has an address of its own with `metrics.listen`. */
const metricsPaths: ReadonlySet<string> = new Set(['/metrics', '/metrics/containers', '/federate', '/api/v1/sd']);
/** What every address answers. */
const commonPaths: ReadonlySet<string> = new Set(['/health', '/ready']);

/** Uploads of reports may take their time; heads are held to the usual limit. */
const requestTimeoutMs = 10 * 60_000;

/** Starts the listeners for people, programs and Prometheus. Rejects as HttpServer.start does. */
export async function startHttpSide(options: HttpSideOptions): Promise<HttpSide> {
  const { listen, metricsListen, webConfigFile, api, log } = options;
  if (webConfigFile !== undefined) refuseUsers(webConfigFile);
  const servers: HttpServer[] = [];

  const start = async (
    at: ListenAt,
    setting: string,
    isServed: (path: string) => boolean,
  ): Promise<ListenAt & { tls: boolean }> => {
    const server = createHttpServer({
      ...at,
      setting: { address: setting, port: setting },
      routes: [],
      fallback: nodeListener(only(api, isServed), { log }),
      limits: { requestTimeoutMs },
      log,
      ...(webConfigFile === undefined ? {} : { webConfigFile }),
    });
    servers.push(server);
    return server.start();
  };
  const stop = async (deadlineMs: number): Promise<void> => {
    await Promise.all(servers.map((server) => server.stop(deadlineMs)));
  };

  try {
    if (metricsListen === undefined)
      return { main: await start(listen, '--listen', () => true), metrics: undefined, stop };
    const main = await start(listen, '--listen', (path) => !metricsPaths.has(path));
    const metrics = await start(
      metricsListen,
      '--metrics-listen',
      (path) => metricsPaths.has(path) || commonPaths.has(path),
    );
    return { main, metrics, stop };
  } catch (error) {
    await stop(0);
    throw error;
  }
}

/** The API with nothing at the other paths. */
function only(api: Api, isServed: (path: string) => boolean): Pick<Api, 'fetch' | 'unreadable'> {
  return {
    unreadable: () => api.unreadable(),
    fetch(request, context) {
      const url = new URL(request.url);
      if (isServed(url.pathname)) return api.fetch(request, context);
      // A path that no route has: the API answers it, and counts it, as any other.
      return api.fetch(new Request(new URL('/nothing-here', url), { method: request.method }), context);
    },
  };
}

/** Basic authentication would take the header that tokens come in. */
function refuseUsers(path: string): void {
  const loaded = loadWebConfig(path);
  if (!loaded.ok)
    throw new TallymanError('WEB_CONFIG_INVALID', loaded.faults.map((fault) => `${path}: ${fault}`).join('\n'));
  if (loaded.config.users.size > 0) {
    throw new TallymanError(
      'WEB_CONFIG_USERS',
      `${path}: the server has users and tokens of its own: remove basic_auth_users`,
    );
  }
}
