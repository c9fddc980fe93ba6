import type { IncomingMessage } from 'node:http';
import { z } from 'zod';

/** Why a server of the fleet does not grant a request, in its own words; a subset of an RFC 9457 problem. */
const denialSchema = z.object({
  code: z.string().max(100).nullish(),
  title: z.string().nullish(),
  detail: z.string().nullish(),
});

export interface Denial {
  status: number;
  /** Of docs/errors.md; undefined where whoever answered is no server of ours. */
  code: string | undefined;
  /** `HTTP 403: this token has expired` */
  reason: string;
}

const longestBody = 64 * 1024;
const longestWords = 300;

export function toDenial(status: number, body: string): Denial {
  const { code, title, detail } = parse(body);
  const words = (detail ?? title ?? code ?? '').slice(0, longestWords);
  return { status, code: code ?? undefined, reason: `HTTP ${String(status)}${words === '' ? '' : `: ${words}`}` };
}

/** Reads a short answer as far as it comes. Never rejects; who asks bounds the time by destroying the connection. */
export async function readDenial(response: IncomingMessage): Promise<Denial> {
  const status = response.statusCode ?? 0;
  let body = '';
  try {
    for await (const chunk of response.setEncoding('utf8')) {
      body += String(chunk);
      if (body.length > longestBody) break;
    }
  } catch {
    // What came says enough, or nothing.
  }
  return toDenial(status, body);
}

function parse(body: string): z.infer<typeof denialSchema> {
  try {
    return denialSchema.safeParse(JSON.parse(body)).data ?? {};
  } catch {
    return {};
  }
}
