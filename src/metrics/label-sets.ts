import type { LabelText } from './labels.ts';

/** Values by label set, of which there are at most so many: what comes past that has no place, and is counted. */
export interface LabelSets<T> {
  /** The value of a label set, made when it is new; undefined when there is no room for it. */
  at(labels: LabelText): T | undefined;
  forget(labels: LabelText): void;
  entries(): Iterable<readonly [LabelText, T]>;
  /** How often there was no room. */
  refused(): number;
}

export function createLabelSets<T>(limit: number, create: () => T): LabelSets<T> {
  const values = new Map<LabelText, T>();
  let refused = 0;
  return {
    at(labels) {
      const known = values.get(labels);
      if (known !== undefined) return known;
      if (values.size >= limit) {
        refused += 1;
        return undefined;
      }
      const value = create();
      values.set(labels, value);
      return value;
    },
    forget: (labels) => void values.delete(labels),
    entries: () => values,
    refused: () => refused,
  };
}
