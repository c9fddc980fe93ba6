import type { Log } from '../base/log.ts';
import type { Config } from '../config/key.ts';
import type { WebKeys } from '../config/web-keys.ts';
import { createHttpServer, type HttpServer } from '../http/http-server.ts';
import type { Route } from '../http/route.ts';

/** The HTTP server that a role's `server.*` keys describe; it does not listen yet. */
export function createConfiguredServer(config: Config<WebKeys>, routes: readonly Route[], log: Log): HttpServer {
  const webConfigFile = config['server.web_config_file'];
  return createHttpServer({
    address: config['server.address'],
    port: config['server.port'],
    routes,
    log,
    ...(webConfigFile === '' ? {} : { webConfigFile }),
    ...(config['server.tls.enabled']
      ? { tls: { certFile: config['server.tls.cert_file'], keyFile: config['server.tls.key_file'] } }
      : {}),
    ...(config['server.auth.enabled']
      ? { basicAuth: { username: config['server.auth.username'], password: config['server.auth.password'] } }
      : {}),
  });
}
