import { Readable, pipeline } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import { systemCode } from '../../base/errors.ts';
import { fail } from './report-fault.ts';

export type ReportSource = AsyncIterable<Uint8Array> | Uint8Array;

/** What is read at a time: others have their turn between two parts. */
const partBytes = 256 * 1024;

/**
 * The bytes of a report's text, in parts: unpacked where they are packed with gzip, without a byte order mark.
 *
 * @throws {ReportFault} where the text is too long, or is not written in UTF-8
 */
export async function* openReportBytes(
  source: ReportSource,
  { bytes: limit, signal }: { bytes: number; signal: AbortSignal | undefined },
): AsyncGenerator<Uint8Array, void, undefined> {
  const whole = source instanceof Uint8Array ? once(source) : source;
  let length = 0;
  for await (const part of withoutMark(unpacked(whole))) {
    for (let start = 0; start < part.length; start += partBytes) {
      signal?.throwIfAborted();
      const piece = part.subarray(start, start + partBytes);
      length += piece.length;
      if (length > limit) {
        fail('REPORT_TOO_LARGE', `it is larger than ${String(limit)} bytes: leave out what the scanner can leave out`);
      }
      yield piece;
      await setImmediate();
    }
  }
}

async function* unpacked(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const { head, rest } = await peek(source, 2);
  if (head[0] !== 0x1f || head[1] !== 0x8b) {
    yield* rest;
    return;
  }
  const gunzip = createGunzip();
  // What fails reaches the loop below, which reads the end of the pipeline.
  pipeline(Readable.from(rest, { objectMode: false }), gunzip, () => undefined);
  try {
    for await (const part of gunzip) yield part as Uint8Array;
  } catch (error) {
    const code = systemCode(error);
    if (code === 'Z_BUF_ERROR') fail('REPORT_CUT', 'its gzip data is cut off: write and push it again');
    if (code?.startsWith('Z_') === true) fail('REPORT_ENCODING', 'its gzip data is damaged: pack it again');
    throw error;
  } finally {
    gunzip.destroy();
  }
}

async function* withoutMark(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const { head, rest } = await peek(source, 4);
  let isFirst = true;
  for await (const part of rest) {
    if (isFirst && isWide(head)) {
      fail('REPORT_ENCODING', 'it is written in UTF-16 or UTF-32, or is no text at all: write it in UTF-8', {
        place: { offset: 0, line: 1, column: 1 },
      });
    }
    yield isFirst && hasMark(head) ? part.subarray(3) : part;
    isFirst = false;
  }
}

function hasMark(head: Uint8Array): boolean {
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf;
}

/** No JSON text has a zero byte: one among the first four is what UTF-16 and UTF-32 look like. */
function isWide(head: Uint8Array): boolean {
  return (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff) || head.includes(0);
}

/** The first bytes, and all of them: the first part is at least that long, if the source is. */
async function peek(
  source: AsyncIterable<Uint8Array>,
  length: number,
): Promise<{ head: Uint8Array; rest: AsyncIterable<Uint8Array> }> {
  const iterator = source[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < length) {
    const { done, value } = await iterator.next();
    if (done === true) break;
    head = head.length === 0 ? value : Buffer.concat([head, value]);
  }
  return { head: head.subarray(0, length), rest: resume(head, iterator) };
}

async function* resume(
  head: Uint8Array,
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    if (head.length > 0) yield head;
    for (;;) {
      const { done, value } = await iterator.next();
      if (done === true) return;
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}
