import type { ServerResponse } from 'node:http';
import type { HttpReply } from './route.ts';

export interface ReplyWriterOptions {
  /** Answering HEAD: all headers, no body. */
  headOnly: boolean;
  /** The connection is destroyed when the client takes nothing of a waiting reply for this long. */
  stalledReplyMs: number;
}

/** Longer replies are sent in pieces of this size: under TLS, progress is seen only from one write to the next. */
const pieceBytes = 256 * 1024;

/**
 * Sends a reply. Resolves when all of it is handed over (not yet when the client has it), or when the client is gone.
 * Rejects with what the body's iterable throws, or on headers that HTTP does not allow.
 */
export async function writeReply(
  response: ServerResponse,
  reply: HttpReply,
  options: ReplyWriterOptions,
): Promise<void> {
  const body = typeof reply.body === 'string' ? Buffer.from(reply.body) : reply.body;
  response.writeHead(reply.status, replyHeaders(response, reply, body, options.headOnly));
  if (options.headOnly || isBodiless(reply.status) || body === undefined) {
    if (isIterable(body)) await body[Symbol.asyncIterator]().return?.();
    response.end();
    return;
  }
  const whole = !isIterable(body) && body.length <= pieceBytes;
  if (!whole) await writePieces(response, isIterable(body) ? body : pieces(body), options.stalledReplyMs);
  // The socket's own timeout counts only while nothing moves; the server sets the keep-alive timeout in its place afterwards.
  response.setTimeout(options.stalledReplyMs);
  response.end(whole ? body : undefined);
}

function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

async function writePieces(
  response: ServerResponse,
  parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  stalledMs: number,
): Promise<void> {
  for await (const part of parts) {
    if (response.destroyed) return;
    if (response.write(part)) continue;
    response.setTimeout(stalledMs);
    await drained(response);
    response.setTimeout(0);
  }
}

/** Resolves when there is room again, or when the connection has closed. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
    if (response.destroyed) done();
  });
}

function replyHeaders(
  response: ServerResponse,
  reply: HttpReply,
  body: HttpReply['body'],
  headOnly: boolean,
): Record<string, string> {
  const headers = { ...reply.headers };
  const names = new Set([...response.getHeaderNames(), ...Object.keys(headers).map((name) => name.toLowerCase())]);
  if (isBodiless(reply.status)) return headers;
  if (body !== undefined && !names.has('content-type')) headers['Content-Type'] = 'text/plain; charset=utf-8';
  // HEAD tells the length that GET has, or none (RFC 9110 section 8.6): without the body nobody knows it.
  const isKnown = !isIterable(body) && (body !== undefined || !headOnly);
  if (isKnown) headers['Content-Length'] = String(body?.length ?? 0);
  return headers;
}

/** Statuses whose replies have no body and no length (RFC 9110 sections 15.3.5 and 15.4.5). */
function isBodiless(status: number): boolean {
  return status === 204 || status === 304;
}

function isIterable(body: HttpReply['body']): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && Symbol.asyncIterator in body;
}
