import type { RequestListener } from 'node:http';
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { errorText } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { refuseClient } from './client-certificate.ts';
import type { TlsSettings } from './tls-settings.ts';

export interface TlsServerOptions {
  http: ServerOptions;
  /** The settings for the connection that is about to be accepted. */
  settings: () => TlsSettings;
  listener: RequestListener;
  log: Log;
}

/**
 * An HTTPS server that takes each connection by the settings of that moment. Clients' certificates are judged
 * after the handshake and not by it, because what is asked of clients may change while the server runs.
 */
export function createTlsServer(options: TlsServerOptions): Server {
  const { http, listener, log } = options;
  let applied = options.settings();
  const server = createServer({ ...http, ...applied.context, ...clientRequest(applied) }, listener);

  // Before the server's own listeners, which start the handshake and HTTP.
  server.prependListener('connection', () => {
    const settings = options.settings();
    if (settings === applied) return;
    applied = settings;
    // A new context has new ticket keys, so no session outlives the settings that it was made under.
    server.setSecureContext(settings.context);
    Object.assign(server, clientRequest(settings));
  });
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    const reason = refuseClient(socket, applied);
    if (reason === undefined) return;
    log.warn({ remoteAddress: socket.remoteAddress, reason }, 'client refused');
    socket.destroy();
  });
  server.on('tlsClientError', (error, socket) => {
    log.debug({ remoteAddress: socket.remoteAddress, error: errorText(error) }, 'TLS handshake failed');
  });
  return server;
}

/** Should Node ever not read these from the server again, clients without certificate are refused, not let in. */
function clientRequest(settings: TlsSettings): { requestCert: boolean; rejectUnauthorized: boolean } {
  return { requestCert: settings.clientAuthType !== 'NoClientCert', rejectUnauthorized: false };
}
