import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { scrapeTimeout } from './scrape-timeout.ts';

test.each([
  [undefined, 30_000],
  ['10', 9500],
  ['10.000000', 9500],
  [' 5 ', 4500],
  ['120', 30_000],
  ['1', 500],
  ['0.6', 300],
  ['0.001', 0.5],
])('%s: %d ms', (header, ms) => {
  expect(scrapeTimeout(header, 30_000)).toBe(ms);
});

test.each(['', '0', '-1', 'x', '10s', '1e3', '0x10', 'NaN', 'Infinity', '1,5', '1.', '.5', '9'.repeat(400)])(
  '%s is ignored',
  (header) => {
    expect(scrapeTimeout(header, 30_000)).toBe(30_000);
  },
);

test('a header given twice is ignored', () => {
  expect(scrapeTimeout(['5', '6'], 30_000)).toBe(30_000);
});

test('whatever the header says, the time is above 0 and within the limit', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.double().map(String)), (header) => {
      const ms = scrapeTimeout(header, 30_000);
      expect(ms > 0 && ms <= 30_000).toBe(true);
    }),
  );
});
