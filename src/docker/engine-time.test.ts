import { expect, test } from 'vitest';
import { parseEngineTime } from './engine-time.ts';

test.each([
  ['2026-11-21T01:22:54.533003649Z', 1795224174.533003649],
  ['2026-11-21T01:22:54.5Z', 1795224174.5],
  ['2026-11-21T01:22:54Z', 1795224174],
  ['2026-11-21T03:22:54+02:00', 1795224174],
  ['1970-01-01T00:00:00Z', 0],
  ['0001-01-01T00:00:00Z', undefined],
  ['0001-01-01T00:00:00.5Z', undefined],
  ['2026-13-41T01:22:54Z', undefined],
  ['2026-11-21 01:22:54', undefined],
  ['2026-11-21T01:22:54', undefined],
  ['never', undefined],
  ['', undefined],
])('%s', (text, seconds) => {
  expect(parseEngineTime(text)).toBe(seconds);
});
