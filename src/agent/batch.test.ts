import { array, assert, double, property, string, uniqueArray, record } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defineMetric } from '../metrics/metric.ts';
import { createSamples } from '../metrics/samples.ts';
import { agentFrameSchema } from '../protocol/frames.ts';
import { packBatch, toPlainBatch, unpackBatch, type PlainBatch } from './batch.ts';
import { createLabelNumbers } from './label-numbers.ts';

const finite = double({ noNaN: true, noDefaultInfinity: true });
const family = record({
  name: string({ minLength: 1, maxLength: 20 }),
  series: array(record({ label: string(), value: finite })),
});
const batches = uniqueArray(family, { selector: ({ name }) => name, maxLength: 8 }).map((families): PlainBatch => ({
  families: families.map(({ name, series }) => ({
    name,
    labels: series.map(({ label }) => label),
    // JSON has no negative zero, and no counter or gauge needs one.
    values: series.map(({ value }) => value + 0),
  })),
}));

test('packing and unpacking gives the same batch', () => {
  assert(
    property(batches, (batch) => {
      expect(unpackBatch(packBatch(batch))).toEqual(batch);
    }),
  );
});

test('a packed batch holds no more memory than its bytes', () => {
  const packed = packBatch({ families: [{ name: 'a', labels: ['b'], values: [1] }] });
  expect(packed.buffer.byteLength).toBe(packed.length);
});

describe('label sets by numbers', () => {
  test('whoever follows the numbering gets the same batches, also past the limit', () => {
    assert(
      property(array(batches, { maxLength: 6 }), (sent) => {
        const limit = 20;
        const numbers = createLabelNumbers(limit);
        const known = new Map<number, string>();
        for (const batch of sent) {
          const { labels, families } = numbers.write(batch);
          for (const [number, text] of labels) known.set(number, text);
          const got = families.map(({ name, refs, values }) => ({
            name,
            labels: refs.map((ref) => known.get(ref)),
            values,
          }));
          expect(got).toEqual(batch.families);
        }
      }),
    );
  });

  test('no number is past the limit as long as a batch is not', () => {
    const numbers = createLabelNumbers(3);
    const written = ['a', 'b', 'c', 'd', 'a'].map((label) =>
      numbers.write({ families: [{ name: 'x', labels: [label], values: [1] }] }),
    );
    expect(written.flatMap(({ labels }) => labels)).toEqual([[0, 'a'], [1, 'b'], [2, 'c'], [0, 'd'], [1, 'a']]); // prettier-ignore
  });
});

describe('what is sent', () => {
  const metric = (name: string) =>
    defineMetric({ name, type: 'gauge', help: 'Help.', when: 'always', source: 'a test' });

  test('nothing that the protocol refuses, and what was left out is counted', () => {
    const samples = createSamples();
    samples.add(metric('good'), 'a="1"', 1);
    samples.add(metric('good'), `a="${'x'.repeat(9000)}"`, 1);
    samples.add(metric('good'), 'a="2"', Number.POSITIVE_INFINITY);
    samples.add(metric('own'), '', 1);
    samples.add(metric('endless'), '', Number.NEGATIVE_INFINITY);
    const { batch, left } = toPlainBatch(samples, (name) => name !== 'own');
    expect(batch).toEqual({ families: [{ name: 'good', labels: ['a="1"'], values: [1] }] });
    expect(left).toBe(1);
    const frame = { type: 'samples', seq: 1, batch: 1, at: 0, ...createLabelNumbers().write(batch) };
    expect(agentFrameSchema.safeParse(frame).success).toBe(true);
  });

  test('no more series than a batch may have', () => {
    const samples = createSamples();
    const one = metric('many');
    for (let index = 0; index < 200_010; index += 1) samples.add(one, 'a="1"', index);
    const { batch, left } = toPlainBatch(samples, () => true);
    expect(batch.families[0]?.values).toHaveLength(200_000);
    expect(left).toBe(10);
  });
});
