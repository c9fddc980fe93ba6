import { createServer, type RequestListener, type Server } from 'node:http';
import { systemClock, type Clock } from '../base/clock.ts';
import { TallymanError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { BasicCredentials } from './basic-credentials.ts';
import { trackConnections, type Connections } from './connections.ts';
import { openGuard, type Guard } from './guard.ts';
import { defaultHttpLimits, type HttpLimits } from './http-limits.ts';
import { listen, type ListenSetting } from './listen.ts';
import { createRequestListener } from './request-listener.ts';
import type { Route } from './route.ts';
import type { TlsPair } from './tls-pair.ts';
import type { WebConfigSource } from './web-config-source.ts';

export interface HttpServerOptions {
  /** IP address or name to listen at. */
  address: string;
  /** 0 for one that the system chooses. */
  port: number;
  routes: readonly Route[];
  /** Answers what has no route, for roles with more than a handful of fixed paths. */
  fallback?: RequestListener;
  log: Log;
  basicAuth?: BasicCredentials;
  tls?: TlsPair;
  /** A file in the format of the Prometheus exporter toolkit; it takes the place of `basicAuth` and `tls`. */
  webConfigFile?: string;
  limits?: Partial<HttpLimits>;
  /** The names of the settings of address and port; `server.address` and `server.port` when left out. */
  setting?: ListenSetting;
  clock?: Clock;
}

export interface HttpServer {
  /**
   * Listens and resolves with the address in force. Rejects with a TallymanError: HTTP_PORT_IN_USE, HTTP_PORT_DENIED,
   * HTTP_ADDRESS_UNKNOWN, HTTP_LISTEN_FAILED, WEB_CONFIG_INVALID, WEB_CONFIG_CONFLICT, HTTP_STOPPED.
   */
  start(): Promise<{ address: string; port: number; tls: boolean }>;
  /**
   * Takes no more connections and lets running requests end, for `deadlineMs` at most.
   * Can be called before `start` and more than once; resolves when everything is closed, and never rejects.
   */
  stop(deadlineMs: number): Promise<void>;
}

/** Makes an HTTP/1.1 server for a few fixed routes; with TLS where a certificate is given. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  let starting: Promise<unknown> = Promise.resolve();
  let connections: Connections | undefined;
  let stopped = false;

  async function start(): Promise<{ address: string; port: number; tls: boolean }> {
    const face = await createFace(options);
    if (stopped) throw new TallymanError('HTTP_STOPPED', 'the HTTP server was stopped before it had started');
    connections = face.connections;
    const bound = await listen(face.server, options.address, options.port, options.setting);
    face.server.on('error', (error) => options.log.error({ err: error }, 'the HTTP server has a fault'));
    return { ...bound, tls: face.tls };
  }

  return {
    start() {
      const started = start();
      starting = started.catch(() => undefined);
      return started;
    },
    async stop(deadlineMs) {
      stopped = true;
      await starting;
      await connections?.stop(deadlineMs);
    },
  };
}

interface Face {
  server: Server;
  connections: Connections;
  tls: boolean;
}

/** Loads what the options ask for and nothing else: plain HTTP needs no crypto, YAML or schemas. */
async function createFace(options: HttpServerOptions): Promise<Face> {
  const limits = { ...defaultHttpLimits, ...options.limits };
  const clock = options.clock ?? systemClock;
  const source = await createSource(options, clock);
  const guard = await createGuard(options, source, clock);
  const http = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionsCheckingInterval: limits.checkIntervalMs,
    handshakeTimeout: limits.handshakeTimeoutMs,
  };
  const { log } = options;
  const listener = createRequestListener(
    { routes: options.routes, fallback: options.fallback, guard, limits, log },
    () => connections,
  );
  const tls = source?.current().tls;
  let server: Server;
  if (source === undefined || tls === undefined) server = createServer(http, listener);
  else {
    const { createTlsServer } = await import('./tls-server.ts');
    server = createTlsServer({ http, listener, log, settings: () => source.current().tls ?? tls });
  }
  server.maxConnections = limits.connections;
  const connections = trackConnections(server);
  return { server, connections, tls: tls !== undefined };
}

async function createSource(options: HttpServerOptions, clock: Clock): Promise<WebConfigSource | undefined> {
  const { webConfigFile, tls, basicAuth, log } = options;
  if (webConfigFile === undefined && tls === undefined) return undefined;
  const { createWebConfigSource } = await import('./web-config-source.ts');
  if (webConfigFile === undefined) {
    if (tls === undefined) return undefined;
    const { loadTlsPair } = await import('./tls-pair.ts');
    return createWebConfigSource({ load: () => loadTlsPair(tls), name: tls.certFile, clock, log });
  }
  if (tls !== undefined || basicAuth !== undefined) {
    const twice = tls === undefined ? 'basic auth' : 'TLS';
    throw new TallymanError(
      'WEB_CONFIG_CONFLICT',
      `${twice} is set beside ${webConfigFile}: put all of it in that file`,
    );
  }
  const { loadWebConfig } = await import('./load-web-config.ts');
  return createWebConfigSource({ load: () => loadWebConfig(webConfigFile), name: webConfigFile, clock, log });
}

async function createGuard(
  options: HttpServerOptions,
  source: WebConfigSource | undefined,
  clock: Clock,
): Promise<Guard> {
  if (options.basicAuth !== undefined)
    return (await import('./fixed-user-guard.ts')).createFixedUserGuard(options.basicAuth);
  if (options.webConfigFile === undefined || source === undefined) return openGuard;
  return (await import('./web-guard.ts')).createWebGuard(source, clock);
}
