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
  refusals: Refusals;
}

export interface TlsListener {
  server: Server;
  /** For connections to come; those that are open stay as they are. */
  use(pair: KeyAndChain): void;
  /** A connection that asked for an upgrade is an agent's: it counts as a stranger no more. */
  admitted(socket: TLSSocket): void;
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
  /** Those that are no agent's yet, by their other end, in the order in which they came. */
  const unknown = new Map<string, Socket>();

  server.prependListener('connection', (socket: Socket) => {
    // Not the new one: an agent needs a moment, and whoever holds connections that say nothing must not keep it out.
    const [oldest] = unknown.size >= strangers ? unknown.values() : [];
    if (oldest !== undefined) {
      refusals.add('too_many_connections', peerAddress(oldest), "too many connections wait to become an agent's");
      oldest.destroy();
    }
    const end = otherEnd(socket);
    sockets.add(socket);
    unknown.set(end, socket);
    socket.once('close', () => {
      sockets.delete(socket);
      if (unknown.get(end) === socket) unknown.delete(end);
    });
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
    admitted: (socket) => void unknown.delete(otherEnd(socket)),
    destroyAll() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** What tells the connections of one listener apart; the same of a TCP connection and of the TLS in it. */
function otherEnd({ remoteAddress = '', remotePort = 0 }: Socket): string {
  return `${remoteAddress} ${String(remotePort)}`;
}
