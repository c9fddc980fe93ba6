import { chooseEncoding, compress, type ContentEncoding } from '../http/content-encoding.ts';
import { contentTypes, writeExposition, type ExpositionFormat, type ExpositionOptions } from '../metrics/exposition.ts';
import { negotiateFormat } from '../metrics/negotiate-format.ts';
import type { Samples } from '../metrics/samples.ts';

export interface MetricsBody {
  headers: Record<string, string>;
  body: Uint8Array;
}

/** Writes and compresses samples; scrapes that share samples share the bytes too. */
export function createMetricsBody(
  options: Omit<ExpositionOptions, 'format'>,
): (samples: Samples, accept: string | undefined, acceptEncoding: string | undefined) => Promise<MetricsBody> {
  const written = new WeakMap<Samples, Map<string, Promise<Uint8Array>>>();

  const bytesOf = async (
    samples: Samples,
    format: ExpositionFormat,
    encoding: ContentEncoding,
  ): Promise<Uint8Array> => {
    const plain = Buffer.from(writeExposition(samples, { ...options, format }), 'utf8');
    return encoding === 'identity' ? plain : compress(encoding, plain);
  };

  return async (samples, accept, acceptEncoding) => {
    const format = negotiateFormat(accept);
    const encoding = chooseEncoding(acceptEncoding);
    const variants = written.get(samples) ?? new Map<string, Promise<Uint8Array>>();
    written.set(samples, variants);
    const key = `${format} ${encoding}`;
    const bytes = variants.get(key) ?? bytesOf(samples, format, encoding);
    variants.set(key, bytes);
    const headers = {
      'Content-Type': contentTypes[format],
      Vary: 'Accept, Accept-Encoding',
      ...(encoding === 'identity' ? {} : { 'Content-Encoding': encoding }),
    };
    return { headers, body: await bytes };
  };
}
