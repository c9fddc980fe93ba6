import type { ExpositionFormat } from './exposition.ts';

/** A sample's value as both formats take it. */
export function valueText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

/**
 * A bucket's bound as Prometheus' own libraries print it (Go's `%g`), since `le` is a label and compared as text:
 * `0.005`, `1`, `1e+06`; in OpenMetrics always a float, `1.0`.
 */
export function boundText(bound: number, format: ExpositionFormat): string {
  if (!Number.isFinite(bound)) return valueText(bound);
  const text = shortestText(bound);
  return format === 'openmetrics' && !/[.e]/.test(text) ? `${text}.0` : text;
}

/** Go's strconv.FormatFloat(value, 'g', -1, 64): with an exponent below 1e-4 and from 1e6 on. */
function shortestText(value: number): string {
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < 6) return String(value);
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}
