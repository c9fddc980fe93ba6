import type { LabelText } from '../metrics/labels.ts';
import { labelSetsPerConnection } from '../protocol/limits.ts';
import type { PlainBatch } from './batch.ts';
import type { SamplesFrame } from '../protocol/frames.ts';

/** Names label sets by numbers, each once in a connection. */
export interface LabelNumbers {
  /** The batch as this connection says it: only label sets that are new have their text with them. */
  write(batch: PlainBatch): Pick<SamplesFrame, 'labels' | 'families'>;
}

export function createLabelNumbers(limit: number = labelSetsPerConnection): LabelNumbers {
  const numbers = new Map<LabelText, number>();

  return {
    write({ families }) {
      // Past the limit all numbers are free again, and whatever is used from now on is named anew.
      const needed = new Set(families.flatMap(({ labels }) => labels.filter((text) => !numbers.has(text)))).size;
      if (numbers.size + needed > limit) numbers.clear();
      const named: [number, string][] = [];
      const numberOf = (text: LabelText): number => {
        const known = numbers.get(text);
        if (known !== undefined) return known;
        const number = numbers.size;
        numbers.set(text, number);
        named.push([number, text]);
        return number;
      };
      return {
        families: families.map(({ name, labels, values }) => ({
          name,
          refs: labels.map(numberOf),
          values: [...values],
        })),
        labels: named,
      };
    },
  };
}
