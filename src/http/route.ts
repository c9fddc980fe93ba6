import type { IncomingHttpHeaders } from 'node:http';

/** A request as a handler sees it: already authenticated, its target taken apart, its body read. */
export interface HttpRequest {
  method: 'GET' | 'HEAD' | 'POST';
  /** Percent-decoded, without the query. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** The peer's IP address; empty where it is already gone. */
  remoteAddress: string;
  /** The body of a POST, at most 64 KiB; empty for GET and HEAD. */
  body: Uint8Array;
  /** Aborted when the client goes away before its reply is complete, and when the server's stop runs out of time. */
  signal: AbortSignal;
}

/**
 * What a handler answers. Text without a `Content-Type` is sent as `text/plain; charset=utf-8`.
 * A body of text or bytes gets its `Content-Length`; an iterable is sent chunk by chunk as the client reads it.
 */
export interface HttpReply {
  status: number;
  headers?: Record<string, string>;
  body?: string | Uint8Array | AsyncIterable<Uint8Array>;
}

export interface Route {
  /** Compared exactly with the decoded path. */
  path: string;
  /** GET (the default) serves HEAD too: same headers, no body. */
  method?: 'GET' | 'POST';
  /** Answered without credentials. */
  open?: boolean;
  /** What it throws is logged and answered with 500. */
  handle(request: HttpRequest): HttpReply | Promise<HttpReply>;
}

/** A reply of one line of text. */
export function textReply(status: number, line: string, headers: Record<string, string> = {}): HttpReply {
  return { status, headers, body: `${line}\n` };
}
