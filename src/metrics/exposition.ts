import { joinLabels, type LabelText } from './labels.ts';
import type { Metric } from './metric.ts';
import { boundText, valueText } from './number-text.ts';
import type { HistogramValue, Samples, Series } from './samples.ts';

export type ExpositionFormat = 'text' | 'openmetrics';

export const contentTypes: Readonly<Record<ExpositionFormat, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

export interface ExpositionOptions {
  format: ExpositionFormat;
  /** Put before every name, joined by an underscore; empty for none. */
  namespace: string;
  /** Put on every sample. */
  globalLabels: LabelText;
}

/**
 * Writes samples in Prometheus' text format 0.0.4 or in OpenMetrics 1.0.0. Families without samples are not printed.
 * Sources: https://prometheus.io/docs/instrumenting/exposition_formats/ and the OpenMetrics 1.0.0 specification.
 */
export function writeExposition(samples: Samples, options: ExpositionOptions): string {
  const parts: string[] = [];
  for (const [metric, series] of samples.families()) {
    parts.push(familyHeader(metric, options));
    parts.push((metric.type === 'histogram' ? histogramLines : plainLines)(metric, series, options));
  }
  if (options.format === 'openmetrics') parts.push(openMetricsEnd);
  return parts.join('');
}

/** What an exposition in OpenMetrics ends with. */
export const openMetricsEnd = '# EOF\n';

function plainLines(metric: Metric, series: Series, options: ExpositionOptions): string {
  const name = prefixed(metric.name, options.namespace);
  let block = '';
  for (let i = 0; i < series.values.length; i += 1) {
    const labels = joinLabels(series.labels[i] ?? '', options.globalLabels);
    block += sampleLine(name, labels, series.values[i] ?? Number.NaN);
  }
  return block;
}

function histogramLines(metric: Metric, series: Series, options: ExpositionOptions): string {
  const name = prefixed(metric.name, options.namespace);
  let block = '';
  for (const [i, histogram] of (series.histograms ?? []).entries()) {
    const labels = joinLabels(series.labels[i] ?? '', options.globalLabels);
    for (const [suffix, extra, value] of histogramParts(metric, histogram, options.format)) {
      block += sampleLine(`${name}${suffix}`, joinLabels(labels, extra), value);
    }
  }
  return block;
}

/** The samples of a histogram: suffix of the name, label to add, value. Buckets are cumulative, as both formats want them. */
export function* histogramParts(
  metric: Metric,
  { counts, sum }: HistogramValue,
  format: ExpositionFormat,
): Generator<readonly [suffix: string, extra: LabelText, value: number]> {
  let count = 0;
  for (const [i, bound] of [...metric.buckets, Number.POSITIVE_INFINITY].entries()) {
    count += counts[i] ?? 0;
    yield ['_bucket', `le="${boundText(bound, format)}"`, count];
  }
  yield ['_sum', '', sum];
  yield ['_count', '', count];
}

/** One line of either format. */
export function sampleLine(name: string, labels: LabelText, value: number): string {
  return `${name}${labels === '' ? '' : `{${labels}}`} ${valueText(value)}\n`;
}

/** HELP and TYPE, and in OpenMetrics UNIT. */
export function familyHeader(
  metric: Metric,
  { format, namespace }: Pick<ExpositionOptions, 'format' | 'namespace'>,
): string {
  const isOpen = format === 'openmetrics';
  const full = prefixed(metric.name, namespace);
  const family = isOpen && metric.type === 'counter' ? full.slice(0, -'_total'.length) : full;
  const unit = isOpen && metric.unit !== undefined ? `# UNIT ${family} ${metric.unit}\n` : '';
  return `# HELP ${family} ${escapeHelp(metric.help, isOpen)}\n# TYPE ${family} ${metric.type}\n${unit}`;
}

function prefixed(name: string, namespace: string): string {
  return namespace === '' ? name : `${namespace}_${name}`;
}

function escapeHelp(help: string, isOpen: boolean): string {
  const escaped = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return isOpen ? escaped.replaceAll('"', '\\"') : escaped;
}
