import { expect, test } from 'vitest';
import { parseGoDuration } from './go-duration.ts';

test.each([
  ['1s', 1000],
  ['0', 0],
  ['0s', 0],
  ['1m30s', 90_000],
  ['1.5h', 5_400_000],
  ['.5s', 500],
  ['250ms', 250],
  ['10\u00b5s', 0.01],
  ['10\u03bcs', 0.01],
  ['100ns', 0.0001],
])('%s is %d ms', (text, ms) => expect(parseGoDuration(text)).toBeCloseTo(ms, 9));

test.each(['', '5', '-1s', '1 s', '1.2.3s', '1d'])('refuses %s', (text) =>
  expect(parseGoDuration(text)).toBeUndefined(),
);
