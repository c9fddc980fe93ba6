import { joinLabels, type LabelText } from './labels.ts';
import type { Metric } from './metric.ts';
import type { Samples } from './samples.ts';

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
    parts.push(header(metric, options));
    const name = prefixed(metric.name, options.namespace);
    let block = '';
    for (let i = 0; i < series.values.length; i += 1) {
      const labels = joinLabels(series.labels[i] ?? '', options.globalLabels);
      block += `${name}${labels === '' ? '' : `{${labels}}`} ${valueText(series.values[i] ?? Number.NaN)}\n`;
    }
    parts.push(block);
  }
  if (options.format === 'openmetrics') parts.push('# EOF\n');
  return parts.join('');
}

function header(metric: Metric, { format, namespace }: ExpositionOptions): string {
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

function valueText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}
