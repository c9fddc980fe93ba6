import { constants } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { errorText, systemCode } from '../../base/errors.ts';
import { handshakeMs, requestMs, strangers } from './gateway-limits.ts';
import { peerAddress } from './peer-address.ts';
import type { Refusals } from './refusals.ts';
import type { KeyAndChain } from './server-certificate.ts';

export interface TlsListenerOptions {
  pair: KeyAndChain;
  /** The CA's certificate, PEM. */
  ca: string;
  onRequest: RequestListener;
  onUpgrade: (request: IncomingMessage, socket: TLSSocket, head: Buffer) => void;
  /** Connections that are agents' by now. */
  agents: () => number;
  refusals: Refusals;
}

export interface TlsListener {
  server: Server;
  /** For connections to come; those that are open stay as they are. */
  use(pair: KeyAndChain): void;
  /** Ends every connection, whoever it belongs to. */
  destroyAll(): void;
}

/**
 * The agents' address: TLS that asks for a certificate and goes on without one, since joining needs none. Sessions are
 * not resumed: every connection proves anew who it is.
 */
export function createTlsListener(options: TlsListenerOptions): TlsListener {
  const { ca, refusals } = options;
  const context = (pair: KeyAndChain) => ({
    ...pair,
    ca: [ca],
    minVersion: 'TLSv1.2' as const,
    secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
  });
  const server = createServer(
    {
      ...context(options.pair),
      requestCert: true,
      rejectUnauthorized: false,
      handshakeTimeout: handshakeMs,
      headersTimeout: handshakeMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: 2000,
      keepAliveTimeout: 1000,
      maxHeaderSize: 8 * 1024,
    },
    options.onRequest,
  );
  const sockets = new Set<Socket>();

  server.prependListener('connection', (socket: Socket) => {
    if (sockets.size - options.agents() >= strangers) {
      refusals.add('too_many_connections', '', 'too many connections wait to become an agent’s');
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  // Of a handshake that failed, too.
  server.on('clientError', (error, socket) => {
    const code = systemCode(error) ?? '';
    const address = peerAddress(socket as Socket);
    if (/^(?:HPE_|ERR_HTTP_)/.test(code)) refusals.add('bad_request', address, `no HTTP request: ${errorText(error)}`);
    // Whoever leaves before it begins, as a proxy's health checks do, has asked for nothing.
    else if (code !== 'ECONNRESET') refusals.add('handshake', address, `the handshake failed: ${errorText(error)}`);
    socket.destroy();
  });
  server.on('upgrade', options.onUpgrade);

  return {
    server,
    use: (pair) => server.setSecureContext(context(pair)),
    destroyAll() {
      for (const socket of sockets) socket.destroy();
    },
  };
}
