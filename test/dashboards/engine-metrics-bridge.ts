import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface EngineMetricsBridge {
  /** `127.0.0.1:port`, as a target for Prometheus. */
  readonly address: string;
  stop(): Promise<void>;
}

/** Serves over TCP what an engine says on its metrics socket: the engine's own network is out of Prometheus' reach. */
export async function startEngineMetricsBridge(socketPath: string): Promise<EngineMetricsBridge> {
  const server = createServer((_, response) => {
    const call = request({ socketPath, path: '/metrics', agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, { 'Content-Type': answer.headers['content-type'] ?? 'text/plain' });
      answer.pipe(response);
    });
    call.on('error', () => response.writeHead(502).end()).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
