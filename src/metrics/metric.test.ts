import { expect, test } from 'vitest';
import { defineMetric } from './metric.ts';

const rest = { help: 'Help.', when: 'always', source: 'a test' } as const;

test('the unit is what the name ends in, before _total', () => {
  const unit = (name: string, type: 'gauge' | 'counter'): string | undefined =>
    defineMetric({ ...rest, name, type }).unit;
  expect(unit('a_seconds_total', 'counter')).toBe('seconds');
  expect(unit('a_bytes', 'gauge')).toBe('bytes');
  expect(unit('a_bytes_total', 'gauge')).toBeUndefined();
  expect(unit('bytes', 'gauge')).toBeUndefined();
});

test('a name that no format takes is refused where it is declared', () => {
  expect(() => defineMetric({ ...rest, name: 'a-b', type: 'gauge' })).toThrow('not a metric name: a-b');
  expect(() => defineMetric({ ...rest, name: 'a_seconds', type: 'counter' })).toThrow(
    "a counter's name ends in _total",
  );
});

test('buckets are of histograms, finite and ascending', () => {
  const define = (type: 'gauge' | 'histogram', buckets: readonly number[]) => () =>
    defineMetric({ ...rest, name: 'a_seconds', type, buckets });
  expect(define('histogram', [1, 2])().buckets).toEqual([1, 2]);
  expect(define('gauge', [])().buckets).toEqual([]);
  expect(define('gauge', [1])).toThrow('nothing else does');
  expect(define('histogram', [])).toThrow('a histogram has buckets');
  for (const bad of [[2, 1], [1, 1], [1, Number.POSITIVE_INFINITY], [Number.NaN]]) {
    expect(define('histogram', bad)).toThrow('finite and ascending');
  }
});
