import { chooseEncoding, compress, type ContentEncoding } from '../../../http/content-encoding.ts';

/** A body that is served until the next one is there. */
export interface ServedBody {
  /** When it was made, by the database's clock. */
  at: number;
  contentType: string;
  bytes(encoding: ContentEncoding): Promise<Uint8Array>;
}

/** Compresses once for each encoding, when somebody asks for it. */
export function toServedBody(at: number, contentType: string, text: string): ServedBody {
  const known = new Map<ContentEncoding, Promise<Uint8Array>>();
  return {
    at,
    contentType,
    bytes(encoding) {
      let bytes = known.get(encoding);
      if (bytes === undefined) known.set(encoding, (bytes = compress(encoding, Buffer.from(text, 'utf8'))));
      return bytes;
    },
  };
}

/** The answer to a scrape; `Age` says how old it is, and `max-age` for how long there is no other. */
export async function bodyReply(
  request: Request,
  body: ServedBody,
  { now, maxAgeMs }: { now: number; maxAgeMs: number },
): Promise<Response> {
  const encoding = chooseEncoding(request.headers.get('accept-encoding') ?? undefined);
  const bytes = await body.bytes(encoding);
  return new Response(new Uint8Array(bytes), {
    headers: {
      'Content-Type': body.contentType,
      'Cache-Control': `private, max-age=${seconds(maxAgeMs)}`,
      Age: seconds(now - body.at),
      Vary: 'Accept, Accept-Encoding, Authorization',
      ...(encoding === 'identity' ? {} : { 'Content-Encoding': encoding }),
    },
  });
}

function seconds(ms: number): string {
  return String(Math.max(0, Math.floor(ms / 1000)));
}
