import type { LabelText } from '../../metrics/labels.ts';
import type { SampleFamily } from './sample-batch.ts';

/** A host's newest samples, to be read only: the next batch makes a new one. */
export interface CurrentSamples {
  hostId: string;
  /** When they were taken, Unix milliseconds by the database's clock. */
  at: number;
  families: ReadonlyMap<string, CurrentFamily>;
}

export interface CurrentFamily {
  labels: readonly LabelText[];
  values: Float64Array;
}

/**
 * Brings a batch into the form that is held in memory. Families of one host mostly have the same label sets as each
 * other and as in the batch before: those share one array, and with it the texts, so that a batch more costs its
 * numbers only.
 */
export function toCurrent(
  hostId: string,
  at: number,
  families: readonly SampleFamily[],
  before: CurrentSamples | undefined,
): CurrentSamples {
  const held = new Map<string, CurrentFamily>();
  let neighbour: readonly LabelText[] = [];
  for (const { name, labels, values } of families) {
    const earlier = before?.families.get(name)?.labels;
    const shared = [earlier, neighbour].find((known) => known !== undefined && isSame(known, labels));
    neighbour = shared ?? labels;
    held.set(name, { labels: neighbour, values: Float64Array.from(values) });
  }
  return { hostId, at, families: held };
}

function isSame(a: readonly LabelText[], b: readonly LabelText[]): boolean {
  return a.length === b.length && a.every((text, i) => text === b[i]);
}
