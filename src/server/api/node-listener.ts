import type { RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Log } from '../../base/log.ts';
import { defaultHttpLimits } from '../../http/http-limits.ts';
import { writeReply } from '../../http/reply-writer.ts';
import { hasBody } from '../../http/request-body.ts';
import type { Api } from './create-api.ts';

export interface NodeListenerOptions {
  log: Log;
  /** The connection ends when a client takes nothing of its answer for this long. */
  stalledReplyMs?: number;
}

/**
 * Serves the API on a server of node:http or node:https. A client that leaves aborts its request's signal; an answer
 * that fails half-way ends the connection, so that the client sees that it is not whole.
 */
export function nodeListener(
  api: Pick<Api, 'fetch' | 'unreadable'>,
  { log, stalledReplyMs = defaultHttpLimits.stalledReplyMs }: NodeListenerOptions,
): RequestListener {
  async function send(response: Response, outgoing: ServerResponse): Promise<void> {
    const incoming = outgoing.req;
    if (outgoing.destroyed) {
      await response.body?.cancel();
      return;
    }
    // What is left of a body would be read as the next request.
    if (hasBody(incoming) && !incoming.complete) outgoing.setHeader('Connection', 'close');
    try {
      for (const cookie of response.headers.getSetCookie()) outgoing.appendHeader('Set-Cookie', cookie);
      const headers = Object.fromEntries([...response.headers].filter(([name]) => name !== 'set-cookie'));
      const body = response.body === null ? {} : { body: await wholeOrStream(response.body) };
      const reply = { status: response.status, headers, ...body };
      await writeReply(outgoing, reply, { headOnly: incoming.method === 'HEAD', stalledReplyMs });
    } catch (error) {
      log.warn({ err: error }, 'an answer broke off');
      outgoing.destroy();
    }
  }

  const serve = getRequestListener(
    async (request, bindings) => {
      const { incoming, outgoing } = bindings as HttpBindings;
      const context = { remoteAddress: addressOf(incoming.socket), isTls: 'encrypted' in incoming.socket };
      await send(await api.fetch(request, context), outgoing);
      return RESPONSE_ALREADY_SENT;
    },
    // A client of HTTP/1.0 need not name the host.
    { overrideGlobalObjects: false, hostname: 'localhost', errorHandler: () => api.unreadable() },
  );

  return (incoming, outgoing) => {
    outgoing.on('error', (error) => log.debug({ err: error }, 'an answer could not be sent'));
    serve(incoming, outgoing).catch((error: unknown) => {
      log.error({ err: error }, 'an answer could not be sent');
      outgoing.destroy();
    });
  };
}

/** An answer of one piece gets a Content-Length; one that is made while it is read is sent in chunks. */
async function wholeOrStream(body: ReadableStream<Uint8Array>): Promise<Uint8Array | AsyncIterable<Uint8Array>> {
  const chunks = body.values();
  const first = await chunks.next();
  if (first.done === true) return new Uint8Array();
  const second = await chunks.next();
  return second.done === true ? first.value : rejoin([first.value, second.value], chunks);
}

async function* rejoin(read: readonly Uint8Array[], rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* read;
  yield* rest;
}

/** IPv4 addresses look the same, whether the server listens on IPv6 too or not. */
function addressOf(socket: Socket): string {
  return (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/i, '');
}
