export type MetricType = 'gauge' | 'counter' | 'histogram';

export interface MetricDefinition {
  /** The full name as printed in the text format, counters with `_total`. */
  name: string;
  type: MetricType;
  /** One sentence, in base units. */
  help: string;
  /** The label names beyond those that every container series has. */
  labels?: readonly string[];
  /** Whether the series belong to a container and carry its labels. */
  perContainer?: boolean;
  /** always, listed (stopped containers too), running, or one of these with a condition. */
  when: string;
  /** Where the number comes from, in the words of the Engine API. */
  source: string;
  /** The upper bounds of a histogram's buckets, ascending, without the infinite one. */
  buckets?: readonly number[];
  /** Part of the fixed contract: its name is kept even where promtool would like another. */
  contract?: boolean;
}

export interface Metric extends Readonly<Required<MetricDefinition>> {
  /** The base unit the name ends in, for OpenMetrics' UNIT line. */
  readonly unit: 'seconds' | 'bytes' | undefined;
}

/** Declares a metric once; exposition, docs/metrics.md and the contract test derive from it. */
export function defineMetric(definition: MetricDefinition): Metric {
  const { name, type, buckets = [] } = definition;
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) throw new Error(`not a metric name: ${name}`);
  if (type === 'counter' && !name.endsWith('_total')) throw new Error(`a counter's name ends in _total: ${name}`);
  if ((type === 'histogram') !== buckets.length > 0)
    throw new Error(`a histogram has buckets, nothing else does: ${name}`);
  if (!buckets.every((bound, i) => Number.isFinite(bound) && bound > (buckets[i - 1] ?? Number.NEGATIVE_INFINITY))) {
    throw new Error(`buckets are finite and ascending: ${name}`);
  }
  const family = type === 'counter' ? name.slice(0, -'_total'.length) : name;
  const unit = (['seconds', 'bytes'] as const).find((one) => family.endsWith(`_${one}`));
  return { labels: [], perContainer: false, contract: false, buckets, ...definition, unit };
}
