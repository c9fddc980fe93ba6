import type { IncomingMessage } from 'node:http';

export interface RequestBodyOptions {
  limitBytes: number;
  /** Without it the body is read off the connection and forgotten. */
  keep: boolean;
}

/** Whether a request announces a body. */
export function hasBody(request: IncomingMessage): boolean {
  return request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
}

/**
 * Reads a request's body up to the limit. Resolves with the bytes (none unless `keep`), with `too-large` as soon as more is
 * announced or sent (the rest stays unread, so the connection cannot be used again), or with `gone` when the client left.
 */
export function readBody(
  request: IncomingMessage,
  options: RequestBodyOptions,
): Promise<Uint8Array | 'too-large' | 'gone'> {
  if (Number(request.headers['content-length'] ?? 0) > options.limitBytes) return Promise.resolve('too-large');
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > options.limitBytes) {
        request.pause();
        resolve('too-large');
      } else if (options.keep) chunks.push(chunk);
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', () => resolve('gone'));
    request.once('close', () => resolve('gone'));
  });
}
