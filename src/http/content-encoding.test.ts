import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { chooseEncoding, compress } from './content-encoding.ts';

test.each([
  [undefined, 'identity'],
  ['', 'identity'],
  ['gzip', 'gzip'],
  ['GZIP', 'gzip'],
  ['x-gzip', 'gzip'],
  ['zstd', 'zstd'],
  ['gzip, deflate, br, zstd', 'zstd'],
  ['gzip;q=1.0, zstd;q=0.9', 'gzip'],
  ['gzip ; q=0.5 , zstd ; Q=0.5', 'zstd'],
  ['gzip;q=0', 'identity'],
  ['gzip;q=0.000, zstd', 'zstd'],
  ['gzip;q=0.001', 'gzip'],
  ['gzip;q=0.5, identity', 'identity'],
  ['gzip, identity', 'gzip'],
  ['*', 'gzip'],
  ['*;q=0.5, gzip;q=0', 'identity'],
  ['*;q=0', 'identity'],
  ['identity;q=0, *;q=0', 'identity'],
  ['identity;q=0', 'identity'],
  ['br', 'identity'],
  ['gzip;q=2', 'identity'],
  ['gzip;q=x, zstd', 'zstd'],
  [',,;;,gzip', 'gzip'],
])('%s is answered with %s', (header, encoding) => {
  expect(chooseEncoding(header)).toBe(encoding);
});

test('any header gets an encoding', () => {
  const property = fc.property(fc.string(), (header) => ['identity', 'gzip', 'zstd'].includes(chooseEncoding(header)));
  expect(() => fc.assert(property)).not.toThrow();
});

test('what is compressed can be read back', async () => {
  const text = 'container_cpu_usage_seconds_total{name="web"} 1.5\n'.repeat(1000);
  const bytes = Buffer.from(text);
  expect(await compress('identity', bytes)).toBe(bytes);
  const gzip = await compress('gzip', bytes);
  const zstd = await compress('zstd', bytes);
  expect(gunzipSync(gzip).toString()).toBe(text);
  expect(zstdDecompressSync(zstd).toString()).toBe(text);
  expect(Math.max(gzip.length, zstd.length)).toBeLessThan(bytes.length / 10);
});
