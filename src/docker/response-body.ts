import type { IncomingMessage } from 'node:http';

/** An answer larger than this is refused: a list of a thousand containers is about 1.5 MB. */
const largest = 32 * 1024 * 1024;

/** In a container with a memory limit at most a quarter of it: the answer has to fit beside everything else. */
const memoryLimit = process.constrainedMemory() || Number.POSITIVE_INFINITY;
export const maxResponseBytes = Math.min(largest, Math.floor(memoryLimit / 4));

/** All answers that are being read at one time may hold this much together. */
const maxHeldBytes = maxResponseBytes === largest ? 2 * largest : maxResponseBytes;

/** What unfinished answers hold at present. */
export interface HeldBytes {
  bytes: number;
}

export class ResponseTooLarge extends Error {}
export class ResponseTruncated extends Error {}

/**
 * Reads an answer to its end as text.
 * @throws ResponseTooLarge as soon as the announced or the received size passes the limit, or all answers together
 * hold too much; the rest is not read.
 * @throws ResponseTruncated when the connection ends before the answer does.
 */
export async function readBody(
  response: IncomingMessage,
  { held, limit = maxResponseBytes }: { held: HeldBytes; limit?: number },
): Promise<string> {
  if (Number(response.headers['content-length'] ?? 0) > limit) {
    response.destroy();
    throw tooLarge(limit);
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const refuse = (error: ResponseTooLarge): void => {
      chunks.length = 0;
      reject(error);
      response.destroy();
      // What was held is tens of megabytes outside the heap, which the collector is in no hurry to give back by itself.
      globalThis.gc?.();
    };
    response.on('data', (chunk: Buffer) => {
      size += chunk.length;
      held.bytes += chunk.length;
      if (size > limit) refuse(tooLarge(limit));
      else if (held.bytes > maxHeldBytes) refuse(new ResponseTooLarge('too many large answers at one time'));
      else chunks.push(chunk);
    });
    response.on('end', () => {
      const [only] = chunks;
      resolve((chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks)).toString('utf8'));
    });
    response.on('error', (cause) => reject(new ResponseTruncated('the answer broke off', { cause })));
    response.on('close', () => {
      held.bytes -= size;
      if (!response.readableEnded) reject(new ResponseTruncated('the answer broke off'));
    });
  });
}

function tooLarge(limit: number): ResponseTooLarge {
  return new ResponseTooLarge(`the answer is larger than ${String(limit)} bytes`);
}
