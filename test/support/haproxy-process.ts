import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection, type NetConnectOpts } from 'node:net';
import { startBackground } from './background-process.ts';
import { findFreePort } from './free-port.ts';
import { createTempFolder } from './temp-folder.ts';
import { waitFor } from './wait-for.ts';

export interface ProxyOptions {
  /** The engine's unix socket. */
  socketPath: string;
  /** Regular expressions for whole paths of requests, see `versionedPath`; everything when left out. */
  allow?: readonly string[];
  /** A unix socket by default. */
  listen?: 'unix' | 'tcp';
}

export interface EngineProxy {
  /** As DOCKER_HOST has it. */
  readonly host: string;
  stop(): Promise<void>;
}

/** A path with or without an API version in front of it. */
export function versionedPath(path: string): string {
  return `(/v[0-9.]+)?${path}`;
}

/** Starts HAProxy in front of an engine, as people do to hand out a part of its API: GET on the allowed paths, 403 for the rest. */
export async function startEngineProxy(options: ProxyOptions): Promise<EngineProxy> {
  const folder = createTempFolder();
  const address =
    options.listen === 'tcp'
      ? { host: '127.0.0.1', port: await findFreePort() }
      : { path: join(folder.path, 'proxy.sock') };
  const bind = address.path ?? `${address.host}:${String(address.port)}`;
  const stop = await startProxy(folder, toConfig(bind, options), address);
  return { host: address.path === undefined ? `tcp://${bind}` : `unix://${bind}`, stop };
}

/** Starts HAProxy in front of several servers, passing TLS through: what agents are given as one address. */
export async function startTcpProxy(ports: readonly number[]): Promise<{ port: number; stop(): Promise<void> }> {
  const port = await findFreePort();
  const config = [
    'defaults',
    '  mode tcp',
    '  timeout connect 2s',
    '  timeout client 1h',
    '  timeout server 1h',
    '  option redispatch',
    'listen agents',
    `  bind 127.0.0.1:${String(port)}`,
    '  balance roundrobin',
    ...ports.map((to, index) => `  server s${String(index)} 127.0.0.1:${String(to)} check inter 500`),
    '',
  ].join('\n');
  const stop = await startProxy(createTempFolder(), config, { host: '127.0.0.1', port });
  return { port, stop };
}

async function startProxy(
  folder: ReturnType<typeof createTempFolder>,
  text: string,
  address: NetConnectOpts,
): Promise<() => Promise<void>> {
  const config = join(folder.path, 'haproxy.cfg');
  writeFileSync(config, text);
  const child = startBackground('haproxy', ['-W', '-db', '-f', config]);
  const stop = async (): Promise<void> => {
    await child.stop();
    folder.remove();
  };
  try {
    await waitFor('HAProxy to listen', () => {
      if (!child.isRunning()) throw new Error(child.output());
      return new Promise<boolean>((resolve) => {
        const socket = createConnection(address);
        socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
        socket.once('connect', () => socket.destroy());
      });
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}

function toConfig(bind: string, { socketPath, allow }: ProxyOptions): string {
  const rules =
    allow === undefined
      ? []
      : [
          '  http-request deny deny_status 403 unless METH_GET',
          ...allow.map((path) => `  acl allowed path_reg ^${path}$`),
          '  http-request deny deny_status 403 unless allowed',
        ];
  return [
    'defaults',
    '  mode http',
    '  timeout connect 5s',
    '  timeout client 10m',
    '  timeout server 10m',
    'frontend proxy',
    `  bind ${bind}`,
    ...rules,
    '  default_backend engine',
    'backend engine',
    `  server engine unix@${socketPath}`,
    '',
  ].join('\n');
}
