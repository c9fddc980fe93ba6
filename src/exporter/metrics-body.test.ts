import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { defineMetric } from '../metrics/metric.ts';
import { createSamples } from '../metrics/samples.ts';
import { createMetricsBody } from './metrics-body.ts';

const metric = defineMetric({ name: 'seen', type: 'gauge', help: 'Help.', when: 'always', source: 'a test' });
const samples = createSamples();
samples.add(metric, 'at="ü"', 1);
const scraped = { samples, engine: { appendTo: (exposition: string) => exposition } };
const text = '# HELP seen Help.\n# TYPE seen gauge\nseen{at="ü"} 1\n';
const open = 'application/openmetrics-text;version=1.0.0';

test('format and encoding are what was asked for, and said', async () => {
  const body = createMetricsBody({ namespace: '', globalLabels: '' });
  const plain = await body(scraped, undefined, undefined);
  expect(plain.headers).toEqual({
    'Content-Type': 'text/plain; version=0.0.4; charset=utf-8',
    Vary: 'Accept, Accept-Encoding',
  });
  expect(Buffer.from(plain.body).toString()).toBe(text);
  const zipped = await body(scraped, open, 'gzip');
  expect(zipped.headers).toEqual({
    'Content-Type': 'application/openmetrics-text; version=1.0.0; charset=utf-8',
    'Content-Encoding': 'gzip',
    Vary: 'Accept, Accept-Encoding',
  });
  expect(gunzipSync(zipped.body).toString()).toBe(`${text}# EOF\n`);
  const packed = await body(scraped, 'text/plain', 'zstd');
  expect(zstdDecompressSync(packed.body).toString()).toBe(text);
});

test('the same samples are written once for each variant', async () => {
  const body = createMetricsBody({ namespace: '', globalLabels: '' });
  const [first, second, other] = await Promise.all([
    body(scraped, undefined, 'gzip'),
    body(scraped, undefined, 'gzip'),
    body(scraped, open, 'gzip'),
  ]);
  expect(second.body).toBe(first.body);
  expect(other.body).not.toBe(first.body);
});
