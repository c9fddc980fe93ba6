import type { LabelText } from './labels.ts';
import type { Metric } from './metric.ts';

export interface Series {
  labels: LabelText[];
  /** Of a histogram: how many observations there were. */
  values: number[];
  /** Of a histogram, one for each label set. */
  histograms?: HistogramValue[];
}

export interface HistogramValue {
  /** Observations by bucket, not cumulative: one more than the metric has bounds, the last is what is above all. */
  counts: readonly number[];
  sum: number;
}

/** Holds samples by metric, in the order the metrics first came. */
export interface Samples {
  /** Adds a sample; what the source did not say (undefined, null, NaN) is left out. */
  add(metric: Metric, labels: LabelText, value: number | null | undefined): void;
  /** Adds what a histogram has counted. */
  addHistogram(metric: Metric, labels: LabelText, value: HistogramValue): void;
  /** Takes over all samples of another set. */
  append(other: Samples): void;
  families(): Iterable<readonly [Metric, Series]>;
  /** How many samples there are. */
  size(): number;
}

export function createSamples(): Samples {
  const families = new Map<Metric, Series>();

  const seriesOf = (metric: Metric): Series => {
    const known = families.get(metric);
    if (known !== undefined) return known;
    const series: Series = { labels: [], values: [] };
    families.set(metric, series);
    return series;
  };

  return {
    add(metric, labels, value) {
      if (value === undefined || value === null || Number.isNaN(value)) return;
      const series = seriesOf(metric);
      series.labels.push(labels);
      series.values.push(value);
    },
    addHistogram(metric, labels, value) {
      const series = seriesOf(metric);
      series.labels.push(labels);
      series.values.push(value.counts.reduce((sum, count) => sum + count, 0));
      (series.histograms ??= []).push(value);
    },
    append(other) {
      for (const [metric, series] of other.families()) {
        const own = seriesOf(metric);
        for (const label of series.labels) own.labels.push(label);
        for (const value of series.values) own.values.push(value);
        for (const histogram of series.histograms ?? []) (own.histograms ??= []).push(histogram);
      }
    },
    families: () => families,
    size: () => [...families.values()].reduce((sum, series) => sum + series.values.length, 0),
  };
}
