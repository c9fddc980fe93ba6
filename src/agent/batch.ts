import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { LabelText } from '../metrics/labels.ts';
import type { Samples } from '../metrics/samples.ts';
import { labelTextLength, seriesPerBatch } from '../protocol/limits.ts';

/** What a collection gave, in a form that says all of it by itself. */
export interface PlainBatch {
  families: readonly { name: string; labels: readonly LabelText[]; values: readonly number[] }[];
}

/** Families of one batch, by the protocol. */
const mostFamilies = 1000;

/**
 * Takes what can be sent: no family that `isSent` refuses, no number that JSON cannot say, no label set that is too
 * long. `left` is how many series were left out because of the protocol's bounds.
 */
export function toPlainBatch(
  samples: Samples,
  isSent: (family: string) => boolean,
): { batch: PlainBatch; left: number } {
  const families: PlainBatch['families'][number][] = [];
  let room = seriesPerBatch;
  let left = 0;
  for (const [{ name }, series] of samples.families()) {
    if (!isSent(name)) continue;
    const labels: LabelText[] = [];
    const values: number[] = [];
    series.values.forEach((value, index) => {
      const text = series.labels[index] ?? '';
      if (text.length > labelTextLength || room === 0 || families.length === mostFamilies) left += 1;
      else if (Number.isFinite(value)) {
        labels.push(text);
        values.push(value);
        room -= 1;
      }
    });
    if (values.length > 0) families.push({ name, labels, values });
  }
  return { batch: { families }, left };
}

/** The compact form for keeping: each label set once, and deflated. */
export function packBatch({ families }: PlainBatch): Uint8Array {
  const texts = [...new Set(families.flatMap(({ labels }) => labels))];
  const places = new Map(texts.map((text, place) => [text, place]));
  const rows = families.map(({ name, labels, values }) => [name, labels.map((text) => places.get(text)), values]);
  const packed = deflateRawSync(JSON.stringify([texts, rows]), { level: 3 });
  // A copy: what zlib gives is the beginning of a larger buffer, which it would keep.
  return new Uint8Array(packed);
}

/** The reverse of `packBatch`, of bytes that it made in this process. */
export function unpackBatch(packed: Uint8Array): PlainBatch {
  const [texts, rows] = JSON.parse(inflateRawSync(packed).toString('utf8')) as [
    string[],
    [string, number[], number[]][],
  ];
  return {
    families: rows.map(([name, places, values]) => ({
      name,
      labels: places.map((place) => texts[place] ?? ''),
      values,
    })),
  };
}
