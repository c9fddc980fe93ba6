import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createConnection, type AddressInfo, type Socket } from 'node:net';
import { createServer } from 'node:tls';
import type { Certificates } from '../support/certificates.ts';
import type { FakeEngine } from '../support/fake-engine.ts';

export interface TlsEngine extends AsyncDisposable {
  /** As in DOCKER_HOST. */
  readonly dockerHost: string;
  /** Connections that brought a certificate of the authority. */
  accepted(): number;
}

/** TLS before an engine, as `dockerd --tlsverify` has it: only clients with a certificate of the authority get through. */
export async function startTlsEngine(engine: FakeEngine, certificates: Certificates): Promise<TlsEngine> {
  let accepted = 0;
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  };
  const server = createServer({
    cert: readFileSync(certificates.server.cert),
    key: readFileSync(certificates.server.key),
    ca: certificates.caText,
    requestCert: true,
    rejectUnauthorized: true,
  });
  server.on('connection', keep);
  server.on('tlsClientError', () => undefined);
  server.on('secureConnection', (client) => {
    accepted += 1;
    const upstream = createConnection(engine.socketPath ?? '');
    keep(client);
    keep(upstream);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
    client.pipe(upstream).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    dockerHost: `tcp://127.0.0.1:${String(port)}`,
    accepted: () => accepted,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
