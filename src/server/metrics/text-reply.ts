import { pipeline, Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { constants, createGzip, createZstdCompress } from 'node:zlib';
import { chooseEncoding, compress, type ContentEncoding } from '../../http/content-encoding.ts';

/** A stream that the client has not taken in this time is ended. */
const longestStreamMs = 120_000;

/** A whole text, compressed as the client likes it. */
export async function wholeReply(request: Request, contentType: string, text: string): Promise<Response> {
  const encoding = chooseEncoding(request.headers.get('accept-encoding') ?? undefined);
  const bytes = await compress(encoding, Buffer.from(text, 'utf8'));
  return new Response(new Uint8Array(bytes), { headers: headersFor(encoding, contentType) });
}

/**
 * A text in pieces, made as the client takes them: never all of it is in memory, and other requests get their turn
 * between two pieces.
 */
export function streamedReply(
  request: Request,
  contentType: string,
  pieces: Iterable<string> | AsyncIterable<string>,
): Response {
  const encoding = chooseEncoding(request.headers.get('accept-encoding') ?? undefined);
  const source = Readable.from(bytesOf(pieces), { objectMode: false, highWaterMark: 1 });
  const out = compressor(encoding);
  // A client that goes away is no fault; everything is destroyed with its stream.
  const ended = (): void => undefined;
  if (out !== undefined) pipeline(source, out, ended);
  const body = out ?? source;
  const timer = setTimeout(() => body.destroy(), longestStreamMs);
  timer.unref();
  body.once('close', () => clearTimeout(timer)).on('error', ended);
  return new Response(Readable.toWeb(body) as ReadableStream<Uint8Array>, {
    headers: headersFor(encoding, contentType),
  });
}

async function* bytesOf(pieces: Iterable<string> | AsyncIterable<string>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    yield Buffer.from(piece, 'utf8');
    await nextTurn();
  }
}

function compressor(
  encoding: ContentEncoding,
): ReturnType<typeof createGzip> | ReturnType<typeof createZstdCompress> | undefined {
  if (encoding === 'gzip') return createGzip({ level: constants.Z_BEST_SPEED });
  if (encoding === 'zstd') return createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 1 } });
  return undefined;
}

function headersFor(encoding: ContentEncoding, contentType: string): Record<string, string> {
  return {
    'Content-Type': contentType,
    'Cache-Control': 'no-store',
    Vary: 'Accept, Accept-Encoding',
    ...(encoding === 'identity' ? {} : { 'Content-Encoding': encoding }),
  };
}
