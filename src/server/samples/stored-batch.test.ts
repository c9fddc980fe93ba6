import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { zstdCompressSync } from 'node:zlib';
import { decodeBatch, encodeBatch } from './stored-batch.ts';

const family = fc
  .array(
    fc.tuple(
      fc.constantFrom('a="1"', 'a="2"', 'b="x\\n\\"é😀"', ''),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    ),
  )
  .map((series) => ({ labels: series.map(([labels]) => labels), values: series.map(([, value]) => value) }));

test('what is stored is read back as it was, to the last bit', async () => {
  const property = fc.asyncProperty(fc.array(fc.tuple(fc.string(), family), { maxLength: 5 }), async (named) => {
    const families = named.map(([name, { labels, values }]) => ({ name, labels, values }));
    // JSON has no negative zero, and no sample means it.
    const expected = families.map((one) => ({ ...one, values: one.values.map((value) => value + 0) }));
    expect(await decodeBatch(await encodeBatch(families))).toEqual(expected);
  });
  await fc.assert(property, { numRuns: 200 });
});

const form1 = (text: string): Uint8Array => Buffer.concat([Buffer.of(1), zstdCompressSync(text)]);

test.each<[string, Uint8Array]>([
  ['nothing', Buffer.of()],
  ['a form that is to come', Buffer.of(2, 1, 2, 3)],
  ['no zstd', Buffer.from('\u0001hello')],
  ['cut off', form1('{"labels":[],"families":[]}').subarray(0, 12)],
  ['no JSON', form1('hello')],
  ['another shape', form1('[]')],
  ['values of a wrong type', form1('{"labels":["a"],"families":[["x",[0],["1"]]]}')],
  ['a label set that is not there', form1('{"labels":["a"],"families":[["x",[1],[1]]]}')],
  ['more values than label sets', form1('{"labels":["a"],"families":[["x",[0],[1,2]]]}')],
  ['a bomb', form1(`{"labels":["${'a'.repeat(40_000_000)}"],"families":[]}`)],
])('%s cannot be read', async (_, data) => {
  expect(await decodeBatch(data)).toBeUndefined();
});
