import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { errorText } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { trackConnections } from '../http/connections.ts';
import { hasBody, readBody } from '../http/request-body.ts';
import { parseRequestTarget } from '../http/request-target.ts';
import { errorReply, pluginContentType, type Protocol, type ProtocolCall, type ProtocolReply } from './protocol.ts';
import { listenOnSocket } from './unix-socket.ts';

/** Bodies here are empty or `{}`. */
const bodyBytes = 64 * 1024;
/** The engine is on the same machine: whoever takes longer for a request does not mean to end it. */
const requestTimeoutMs = 5000;
/** The engine uses one. */
const connections = 32;

export interface ProtocolServerOptions {
  socketPath: string;
  protocol: Protocol;
  /** Called for every request that was answered; undefined where it was no known call. */
  onAnswer(call: ProtocolCall | undefined, status: number): void;
  log: Log;
}

export interface ProtocolServer {
  /** Makes the socket and listens. Rejects with a TallymanError: PLUGIN_SOCKET_IN_USE, PLUGIN_SOCKET_FAILED. */
  start(): Promise<void>;
  /** Removes the socket and ends what is under way. May be called twice, and before `start`; never rejects. */
  stop(deadlineMs: number): Promise<void>;
}

/** Serves the plugin protocol on a Unix socket that only its owner may use. */
export function createProtocolServer(options: ProtocolServerOptions): ProtocolServer {
  const { protocol, log } = options;
  const limits = {
    // The engine's own host header is empty on 20.10.
    requireHostHeader: false,
    headersTimeout: requestTimeoutMs,
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: 1000,
    maxHeaderSize: 16 * 1024,
  };

  const reply = async (request: IncomingMessage): Promise<ProtocolReply | undefined> => {
    const match = protocol.match(request.method ?? '', parseRequestTarget(request.url ?? '').path);
    const body = hasBody(request) ? await readBody(request, { limitBytes: bodyBytes, keep: true }) : new Uint8Array();
    if (body === 'gone') {
      log.warn({ path: request.url }, 'a plugin call broke off before its body was there');
      return undefined;
    }
    let answer = errorReply(413, `a body may have ${String(bodyBytes)} bytes here`);
    if (body !== 'too-large') answer = match.call === undefined ? match.reply : await protocol.answer(match.call, body);
    options.onAnswer(match.call, answer.status);
    return answer;
  };
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const answer = await reply(request);
      if (answer !== undefined) send(request, response, answer);
    } catch (error) {
      log.error({ fault: errorText(error) }, 'a plugin call failed');
      response.destroy();
    }
  };

  const server = createServer(limits, (request, response) => {
    running.begin(response);
    response.on('error', (error) => log.debug({ err: error }, 'an answer to the engine could not be sent'));
    void serve(request, response);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // What the connection's end leaves behind is no request.
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    log.warn({ fault: error.code ?? errorText(error) }, 'the plugin socket got what is no whole HTTP request');
    const isLate = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
    socket.end(
      isLate
        ? refusal('408 Request Timeout', 'the request did not end in time')
        : refusal('400 Bad Request', 'this is no HTTP request'),
    );
  });
  server.maxConnections = connections;
  const running = trackConnections(server);
  let isListening = false;

  return {
    async start() {
      await listenOnSocket(server, options.socketPath);
      isListening = true;
      server.on('error', (error) => log.error({ fault: errorText(error) }, 'the plugin socket has a fault'));
    },
    async stop(deadlineMs) {
      if (isListening) await running.stop(deadlineMs);
    },
  };
}

/** A whole HTTP answer, for a connection on which no request could be read. */
function refusal(status: string, reason: string): string {
  const text = `${JSON.stringify({ Err: reason })}\n`;
  const head = [`HTTP/1.1 ${status}`, 'Connection: close', `Content-Type: ${pluginContentType}`];
  return [...head, `Content-Length: ${String(Buffer.byteLength(text))}`, '', text].join('\r\n');
}

function send(request: IncomingMessage, response: ServerResponse, reply: ProtocolReply): void {
  const text = `${JSON.stringify(reply.body)}\n`;
  response.writeHead(reply.status, {
    ...reply.headers,
    'Content-Type': pluginContentType,
    'Content-Length': Buffer.byteLength(text),
    // What is left of a body would be read as the next request.
    ...(hasBody(request) && !request.complete ? { Connection: 'close' } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : text);
}
