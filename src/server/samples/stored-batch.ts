import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import { z } from 'zod';
import type { LabelText } from '../../metrics/labels.ts';
import { inflatedBytes } from '../../protocol/limits.ts';
import type { SampleFamily } from './sample-batch.ts';

/**
 * How a batch is kept: a byte that says how to read the rest, and the rest. Form 1 is JSON compressed by zstd: the label
 * sets, each once, and by family the name, the numbers of the label sets, and the values. A batch needs nothing else to
 * be read, whatever connection it came by.
 */
const form = 1;

/** Level 1: a batch of 50 containers, 330 KB of label sets and numbers, becomes about 12 KB in under a millisecond. */
const level = 1;

/** A message of the protocol names each label set once and so does this; names and numbers are written alike. */
const largestText = 2 * inflatedBytes;

const storedSchema = z.object({
  labels: z.array(z.string()),
  families: z.array(z.tuple([z.string(), z.array(z.int().min(0)), z.array(z.number())])),
});

export async function encodeBatch(families: readonly SampleFamily[]): Promise<Uint8Array> {
  const numbers = new Map<LabelText, number>();
  const numberOf = (text: LabelText): number => {
    const known = numbers.get(text);
    if (known !== undefined) return known;
    numbers.set(text, numbers.size);
    return numbers.size - 1;
  };
  const stored = families.map(({ name, labels, values }) => [name, labels.map(numberOf), values]);
  const text = JSON.stringify({ labels: [...numbers.keys()], families: stored });
  const compressed = await promisify(zstdCompress)(text, { params: { [constants.ZSTD_c_compressionLevel]: level } });
  return Buffer.concat([Buffer.of(form), compressed]);
}

/** undefined for what cannot be read: broken, or of a form that a newer server wrote. */
export async function decodeBatch(data: Uint8Array): Promise<readonly SampleFamily[] | undefined> {
  if (data[0] !== form) return undefined;
  try {
    const text = await promisify(zstdDecompress)(data.subarray(1), { maxOutputLength: largestText });
    const { labels, families } = storedSchema.parse(JSON.parse(text.toString('utf8')));
    return families.map(([name, refs, values]) => {
      if (refs.length !== values.length) throw new Error('as many values as label sets');
      return { name, labels: refs.map((ref) => labelsAt(labels, ref)), values };
    });
  } catch {
    return undefined;
  }
}

function labelsAt(labels: readonly LabelText[], ref: number): LabelText {
  const text = labels[ref];
  if (text === undefined) throw new Error('a number that no label set has');
  return text;
}
