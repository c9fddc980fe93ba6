import { promisify } from 'node:util';

export type ContentEncoding = 'identity' | 'gzip' | 'zstd';

/** What we can send, the preferred first where the client has no preference. */
const offered = ['zstd', 'gzip', 'identity'] as const;

/**
 * Levels by measurement: 855 KB of exposition with 100 containers on one core.
 * gzip 1: 61 KB 2.0 ms, 2: 61 KB 1.7 ms, 3: 66 KB 2.2 ms, 4: 50 KB 3.1 ms, 6: 47 KB 3.6 ms; zstd 1: 52 KB 1.0 ms, 3: 53 KB 1.2 ms.
 */
const gzipLevel = 2;
const zstdLevel = 1;

/**
 * Chooses a reply's encoding by the request's `Accept-Encoding` (RFC 9110 section 12.5.3): the greatest q wins, on a tie zstd
 * before gzip before identity. `*` stands for gzip and identity, not for zstd: who cannot name it may not know it.
 * Identity when there is no header or nothing in it is ours.
 */
export function chooseEncoding(acceptEncoding: string | undefined): ContentEncoding {
  if (acceptEncoding === undefined) return 'identity';
  const accepted = parseAcceptEncoding(acceptEncoding);
  let best: { encoding: ContentEncoding; q: number } = { encoding: 'identity', q: 0 };
  for (const encoding of offered) {
    const q = quality(encoding, accepted);
    if (q > best.q) best = { encoding, q };
  }
  return best.encoding;
}

/** Compresses off the main thread. Rejects only when there is no memory for it. */
export async function compress(encoding: ContentEncoding, bytes: Uint8Array): Promise<Uint8Array> {
  if (encoding === 'identity') return bytes;
  const { constants, gzip, zstdCompress } = await import('node:zlib');
  return encoding === 'gzip'
    ? promisify(gzip)(bytes, { level: gzipLevel })
    : promisify(zstdCompress)(bytes, { params: { [constants.ZSTD_c_compressionLevel]: zstdLevel } });
}

/** Identity is acceptable without being named, but comes after whatever is. */
const unnamedIdentity = 0.0001;

function quality(encoding: ContentEncoding, accepted: ReadonlyMap<string, number>): number {
  const named = accepted.get(encoding);
  if (named !== undefined || encoding === 'zstd') return named ?? 0;
  return accepted.get('*') ?? (encoding === 'identity' ? unnamedIdentity : 0);
}

/** Encodings and their q by lower-case name; entries that are not well-formed are left out. */
function parseAcceptEncoding(header: string): Map<string, number> {
  const accepted = new Map<string, number>();
  for (const entry of header.split(',')) {
    const [, name, q] = /^\s*([\w*.+-]+)\s*(?:;\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?$/i.exec(entry) ?? [];
    if (name !== undefined) accepted.set(name.toLowerCase().replace(/^x-gzip$/, 'gzip'), Number(q ?? 1));
  }
  return accepted;
}
