import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Why a request of an agent is not granted, as it is told: a stable code of docs/errors.md, and what to do. */
export interface Denial {
  code: string;
  status: 400 | 401 | 403 | 404 | 405 | 413 | 429 | 503;
  detail: string;
  /** For 429 and 503. */
  retryAfterSeconds?: number;
}

export function denied(code: string, status: Denial['status'], detail: string, retryAfterSeconds?: number): Denial {
  return { code, status, detail, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
}

/** Answers with JSON and closes the connection. */
export function sendJson(response: ServerResponse, status: number, value: object, retryAfterSeconds?: number): void {
  const body = JSON.stringify(value);
  if (retryAfterSeconds !== undefined) response.setHeader('Retry-After', String(retryAfterSeconds));
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    Connection: 'close',
  });
  response.end(body);
}

export function sendDenial(response: ServerResponse, { code, status, detail, retryAfterSeconds }: Denial): void {
  sendJson(response, status, { code, detail }, retryAfterSeconds);
}

/** The same for a request to become a WebSocket. */
export function denyUpgrade(socket: Duplex, { code, status, detail, retryAfterSeconds }: Denial): void {
  const body = JSON.stringify({ code, detail });
  const head = [
    `HTTP/1.1 ${status} Refused`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(retryAfterSeconds === undefined ? [] : [`Retry-After: ${retryAfterSeconds}`]),
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
