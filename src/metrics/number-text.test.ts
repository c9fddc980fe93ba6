import { expect, test } from 'vitest';
import { boundText } from './number-text.ts';

// The text column is what Go's strconv.FormatFloat(bound, 'g', -1, 64) gives.
test.each([
  [0.001, '0.001', '0.001'],
  [0.0001, '0.0001', '0.0001'],
  [0.00001, '1e-05', '1e-05'],
  [2.5, '2.5', '2.5'],
  [1, '1', '1.0'],
  [0, '0', '0.0'],
  [-3, '-3', '-3.0'],
  [1800, '1800', '1800.0'],
  [123456, '123456', '123456.0'],
  [1_000_000, '1e+06', '1e+06'],
  [1_234_567, '1.234567e+06', '1.234567e+06'],
  [Number.POSITIVE_INFINITY, '+Inf', '+Inf'],
])('%d as a bound', (bound, text, openMetrics) => {
  expect(boundText(bound, 'text')).toBe(text);
  expect(boundText(bound, 'openmetrics')).toBe(openMetrics);
});
