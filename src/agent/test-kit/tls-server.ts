import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { WebSocketServer } from 'ws';
import { connectPath, enrollPath, enrollRequestSchema, type EnrollRequest } from '../../protocol/enrollment.ts';
import type { TestAuthority } from './certificates.ts';
import type { StandInServer } from './stand-in-server.ts';

/** A stand-in server on a real TLS port of 127.0.0.1, where agents join and connect. */
export interface TlsServer extends AsyncDisposable {
  readonly url: string;
  /** Every request to join, in order. */
  readonly joins: EnrollRequest[];
  /** The serial numbers of the certificates that agents connected with. */
  readonly serials: string[];
  /** Answers the next joins in its own way; gives false for the usual one. */
  onJoin: (request: EnrollRequest, response: ServerResponse) => boolean;
  /** Refuses connections with this answer. */
  denial: { status: number; code: string; detail: string } | undefined;
  stop(): Promise<void>;
}

export async function startTlsServer(
  authority: TestAuthority,
  standIn: StandInServer,
  pair?: { key: string; cert: string },
): Promise<TlsServer> {
  const server = createServer({
    ...(pair ?? (await authority.server())),
    ca: [authority.certificate],
    requestCert: true,
    rejectUnauthorized: false,
  });
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const open = new Set<TLSSocket>();
  server.on('secureConnection', (socket: TLSSocket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket)).on('error', () => undefined);
  });
  server.on('tlsClientError', () => undefined);

  server.on('request', (request, response) => {
    void answer(request, response);
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
    const join = enrollRequestSchema.parse(JSON.parse(text));
    tls.joins.push(join);
    if (request.url !== enrollPath || tls.onJoin(join, response)) return;
    const reply = {
      id: 'host-1',
      name: 'web-1',
      certificate: await authority.agent(join.csr),
      ca: authority.certificate,
    };
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(reply));
  };

  server.on('upgrade', (request: IncomingMessage, socket, head) => {
    const secured = request.socket as TLSSocket;
    const denial = secured.authorized ? tls.denial : { status: 401, code: 'CONNECT_CERTIFICATE_MISSING', detail: '' };
    if (denial !== undefined || request.url !== connectPath) {
      const body = JSON.stringify(denial);
      socket.end(
        `HTTP/1.1 ${String(denial?.status ?? 404)} No\r\nContent-Length: ${String(body.length)}\r\n\r\n${body}`,
      );
      return;
    }
    sockets.handleUpgrade(request, socket, head, (ws) => {
      tls.serials.push(secured.getPeerCertificate().serialNumber);
      const agent = standIn.accept({
        send: (message) => ws.send(message),
        close: (code, reason) => ws.close(code, reason),
      });
      ws.on('message', (data: Buffer, isBinary: boolean) => agent.onMessage(isBinary ? data : data.toString('utf8')));
      ws.on('close', () => agent.onEnd());
      ws.on('error', () => undefined);
    });
  });

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const tls: TlsServer = {
    url: `https://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    joins: [],
    serials: [],
    onJoin: () => false,
    denial: undefined,
    async stop() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
    [Symbol.asyncDispose]: () => tls.stop(),
  };
  return tls;
}
