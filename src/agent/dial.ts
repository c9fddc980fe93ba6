import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { errorText } from '../base/errors.ts';
import { connectPath } from '../protocol/enrollment.ts';
import { messageBytes } from '../protocol/limits.ts';
import { fingerprintOfPem } from './certificates.ts';
import type { Dial, LinkEnd } from './link.ts';
import { refuseStranger } from './server-trust.ts';
import type { Identity } from './state/identity.ts';
import { readDenial } from './denial.ts';
import { connectTls } from './tls-connect.ts';

/** Connects by WebSocket over mutual TLS, as the host that the identity of that moment names. */
export function createDial(identity: () => Identity, now: () => number): Dial {
  return (server, events) => {
    const { key, certificate, authorities } = identity();
    const url = new URL(connectPath, server);
    url.protocol = 'wss:';
    let failure: LinkEnd | undefined;
    let queued = 0;
    const fail = (reason: string, denial?: string): void => {
      failure ??= { code: noCode, reason, denial };
    };

    const refuse = async (response: IncomingMessage): Promise<void> => {
      const { reason, code } = await readDenial(response);
      fail(reason, code);
      response.destroy();
      socket.terminate();
    };

    const createConnection = (): ReturnType<typeof connectTls> => {
      const secured = connectTls(server, { key, cert: certificate });
      secured.once('secureConnect', () => {
        const reason = refuseStranger(secured, authorities.map(fingerprintOfPem), now());
        if (reason === undefined) return;
        fail(`what answers is not a server of the fleet: ${reason}`);
        secured.destroy();
      });
      return secured;
    };
    const socket = new WebSocket(url, {
      createConnection,
      perMessageDeflate: false,
      maxPayload: messageBytes,
      followRedirects: false,
    });
    socket.on('open', () => events.onOpen());
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (socket.readyState === WebSocket.OPEN) events.onMessage(isBinary ? data : data.toString('utf8'));
    });
    socket.on('unexpected-response', (_, response) => {
      void refuse(response);
    });
    socket.on('error', (error) => fail(errorText(error)));
    socket.on('close', (code, said) => {
      const reason = said.toString('utf8').slice(0, 200);
      events.onEnd(failure ?? { code, reason: reason === '' ? `the connection ended (${String(code)})` : reason });
    });
    return {
      send(message) {
        queued += 1;
        socket.send(message, () => {
          queued -= 1;
        });
      },
      queued: () => queued,
      close: (code, reason) => socket.close(code, reason),
      destroy: () => socket.terminate(),
    };
  };
}

/** RFC 6455: the connection ended without a close frame. */
const noCode = 1006;
