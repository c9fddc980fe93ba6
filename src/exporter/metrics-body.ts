import { chooseEncoding, compress, type ContentEncoding } from '../http/content-encoding.ts';
import { contentTypes, writeExposition, type ExpositionFormat, type ExpositionOptions } from '../metrics/exposition.ts';
import { negotiateFormat } from '../metrics/negotiate-format.ts';
import type { Samples } from '../metrics/samples.ts';
import type { EngineReading } from './engine-metrics.ts';

export interface MetricsBody {
  headers: Record<string, string>;
  body: Uint8Array;
}

/** What one scrape serves: the exporter's samples, and the engine's own metrics as they were read for it. */
export interface Scraped {
  samples: Samples;
  engine: EngineReading;
}

interface Written {
  engine: EngineReading;
  variants: Map<string, Promise<Uint8Array>>;
}

/** Writes and compresses what was scraped; scrapes that share all of it share the bytes too. */
export function createMetricsBody(
  options: Omit<ExpositionOptions, 'format'>,
): (scraped: Scraped, accept: string | undefined, acceptEncoding: string | undefined) => Promise<MetricsBody> {
  const written = new WeakMap<Samples, Written>();

  const variantsOf = ({ samples, engine }: Scraped): Written['variants'] => {
    const known = written.get(samples);
    if (known?.engine === engine) return known.variants;
    const variants: Written['variants'] = new Map();
    written.set(samples, { engine, variants });
    return variants;
  };

  const bytesOf = async (
    { samples, engine }: Scraped,
    format: ExpositionFormat,
    encoding: ContentEncoding,
  ): Promise<Uint8Array> => {
    const plain = Buffer.from(engine.appendTo(writeExposition(samples, { ...options, format }), format), 'utf8');
    return encoding === 'identity' ? plain : compress(encoding, plain);
  };

  return async (scraped, accept, acceptEncoding) => {
    const format = negotiateFormat(accept);
    const encoding = chooseEncoding(acceptEncoding);
    const variants = variantsOf(scraped);
    const key = `${format} ${encoding}`;
    const bytes = variants.get(key) ?? bytesOf(scraped, format, encoding);
    variants.set(key, bytes);
    const headers = {
      'Content-Type': contentTypes[format],
      Vary: 'Accept, Accept-Encoding',
      ...(encoding === 'identity' ? {} : { 'Content-Encoding': encoding }),
    };
    return { headers, body: await bytes };
  };
}
