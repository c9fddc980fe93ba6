import { onTestFinished } from 'vitest';
import { silentLog } from '../../base/log.ts';
import { createHttpServer, type HttpServer, type HttpServerOptions } from '../http-server.ts';

/** Starts a server on a free port for the length of a test. */
export async function serve(
  options: Partial<HttpServerOptions>,
): Promise<{ server: HttpServer; port: number; tls: boolean }> {
  const server = createHttpServer({ address: '127.0.0.1', port: 0, log: silentLog(), routes: [], ...options });
  onTestFinished(() => server.stop(0));
  const { port, tls } = await server.start();
  return { server, port, tls };
}
