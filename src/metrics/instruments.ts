import { createLabelSets } from './label-sets.ts';
import type { LabelText } from './labels.ts';
import type { Metric } from './metric.ts';
import type { Samples } from './samples.ts';

/** What a process counts of itself, by label set. */
export interface Instrument {
  /** Adds what was counted to the samples; of those label sets alone that `isWanted` likes. */
  collect(samples: Samples, isWanted?: (labels: LabelText) => boolean): void;
  /** Ends a series; it begins at 0 when it comes again. */
  forget(labels: LabelText): void;
  /** How often something was not counted since there are too many label sets already. */
  refused(): number;
}

export interface Counter extends Instrument {
  /** Adds to a counter; a number that is not above 0 makes the series, with 0 where it is new, and nothing else. */
  add(labels: LabelText, count?: number): void;
}

export interface Histogram extends Instrument {
  /** Counts one observation; NaN is none. */
  observe(labels: LabelText, value: number): void;
}

export function createCounter(metric: Metric, limit: number): Counter {
  const sets = createLabelSets(limit, () => ({ count: 0 }));
  return {
    add(labels, count = 1) {
      const held = sets.at(labels);
      if (held !== undefined && count > 0) held.count += count;
    },
    collect(samples, isWanted = () => true) {
      for (const [labels, { count }] of sets.entries()) if (isWanted(labels)) samples.add(metric, labels, count);
    },
    forget: (labels) => sets.forget(labels),
    refused: () => sets.refused(),
  };
}

export function createHistogram(metric: Metric, limit: number): Histogram {
  const { buckets } = metric;
  const sets = createLabelSets(limit, () => ({ counts: Array.from({ length: buckets.length + 1 }, () => 0), sum: 0 }));
  return {
    observe(labels, value) {
      if (Number.isNaN(value)) return;
      const held = sets.at(labels);
      if (held === undefined) return;
      const above = buckets.findIndex((bound) => value <= bound);
      const bucket = above === -1 ? buckets.length : above;
      held.counts[bucket] = (held.counts[bucket] ?? 0) + 1;
      held.sum += value;
    },
    collect(samples, isWanted = () => true) {
      for (const [labels, { counts, sum }] of sets.entries()) {
        if (isWanted(labels)) samples.addHistogram(metric, labels, { counts: [...counts], sum });
      }
    },
    forget: (labels) => sets.forget(labels),
    refused: () => sets.refused(),
  };
}
