import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Log } from '../base/log.ts';
import type { Connections } from './connections.ts';
import type { Guard } from './guard.ts';
import type { HttpLimits } from './http-limits.ts';
import { writeReply } from './reply-writer.ts';
import { hasBody, readBody } from './request-body.ts';
import { parseRequestTarget } from './request-target.ts';
import { textReply, type HttpReply, type HttpRequest, type Route } from './route.ts';
import { createRouter } from './router.ts';

export interface RequestListenerOptions {
  routes: readonly Route[];
  /** Answers whatever has no route here, its body unread. */
  fallback?: RequestListener | undefined;
  guard: Guard;
  limits: HttpLimits;
  log: Log;
}

const noBody = new Uint8Array();

/**
 * Answers requests: rate limit, route, credentials, body, handler, reply, in this order. Never throws.
 * `connections` is asked for at the first request, because the server is made with this listener.
 */
export function createRequestListener(
  options: RequestListenerOptions,
  connections: () => Connections,
): RequestListener {
  const { guard, limits, log } = options;
  const router = createRouter(options.routes);

  /** undefined: nobody is there to answer, or the fallback has taken over. */
  async function answer(
    incoming: IncomingMessage,
    response: ServerResponse,
    signal: AbortSignal,
  ): Promise<HttpReply | undefined> {
    const waitMs = guard.admit();
    if (waitMs > 0)
      return textReply(429, '429: too many requests', { 'Retry-After': String(Math.ceil(waitMs / 1000)) });
    const method = incoming.method ?? '';
    const target = parseRequestTarget(incoming.url ?? '');
    const match = router(method, target.path);
    if (match.route?.open !== true) {
      const refusal = refusals[await guard.authenticate(incoming.headers.authorization)];
      if (refusal !== undefined) return refusal;
    }
    if (match.route === undefined && options.fallback !== undefined) {
      for (const [name, value] of Object.entries(guard.headers())) response.setHeader(name, value);
      if (connections().isStopping()) response.setHeader('Connection', 'close');
      options.fallback(incoming, response);
      return undefined;
    }
    let body: Uint8Array = noBody;
    if (hasBody(incoming)) {
      const read = await readBody(incoming, { limitBytes: limits.bodyBytes, keep: match.route?.method === 'POST' });
      if (read === 'gone') return undefined;
      if (read === 'too-large') return textReply(413, `413: a body may have ${limits.bodyBytes} bytes here`);
      body = read;
    }
    if (match.route === undefined) return match.reply;
    const remoteAddress = incoming.socket.remoteAddress ?? '';
    // The router has found no route for any other method.
    const known = method as HttpRequest['method'];
    return match.route.handle({ method: known, ...target, headers: incoming.headers, remoteAddress, body, signal });
  }

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const signal = connections().begin(response);
    const send = (reply: HttpReply): Promise<void> => {
      // What is left of a body would be read as the next request.
      if (connections().isStopping() || (hasBody(incoming) && !incoming.complete))
        response.setHeader('Connection', 'close');
      for (const [name, value] of Object.entries(guard.headers())) response.setHeader(name, value);
      return writeReply(response, reply, {
        headOnly: incoming.method === 'HEAD',
        stalledReplyMs: limits.stalledReplyMs,
      });
    };
    try {
      const reply = await answer(incoming, response, signal);
      if (reply !== undefined && !signal.aborted) await send(reply);
    } catch (error) {
      if (signal.aborted) return;
      log.error({ err: error, path: parseRequestTarget(incoming.url ?? '').path }, 'a request failed');
      // Half a reply cannot be taken back: closing the connection tells the client that it is not whole.
      if (response.headersSent) response.destroy();
      else await send(textReply(500, '500: this failed here; the log says why'));
    }
  }

  return (incoming, response) => {
    response.on('error', (error) => log.debug({ err: error }, 'a reply could not be sent'));
    serve(incoming, response).catch((error: unknown) => {
      log.error({ err: error }, 'a reply could not be sent');
      response.destroy();
    });
  };
}

const refusals: Readonly<Record<'allowed' | 'denied' | 'busy', HttpReply | undefined>> = {
  allowed: undefined,
  denied: textReply(401, '401: a user name and its password are needed', {
    'WWW-Authenticate': 'Basic realm="tallyman", charset="UTF-8"',
  }),
  busy: textReply(503, '503: too many passwords are being checked', { 'Retry-After': '1' }),
};
