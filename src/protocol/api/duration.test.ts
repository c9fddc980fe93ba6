import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { durationSchema, durationText, parseDuration } from './duration.ts';

test.each([
  ['90', 90_000],
  ['90s', 90_000],
  ['5m', 300_000],
  ['12h', 43_200_000],
  ['30d', 2_592_000_000],
  ['1d12h', 129_600_000],
  ['0', 0],
])('%s is %d ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

test.each(['', 's', '1x', '-1s', '1.5h', '1h1d', '1 h', ' 1h', '1e3', 'never', '1h\n', '٣s', '9'.repeat(40)])(
  '%j is no duration',
  (text) => expect(parseDuration(text)).toBeUndefined(),
);

test('what is written in the largest units is read as the same', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 ** 9 }), (seconds) => {
      expect(parseDuration(durationText(seconds * 1000))).toBe(seconds * 1000);
    }),
  );
});

test('in a request: text or seconds, within limits', () => {
  const schema = durationSchema({ minMs: 1000, maxMs: 3_600_000 });
  expect(schema.parse('1h')).toBe(3_600_000);
  expect(schema.parse(60)).toBe(60_000);
  for (const bad of ['2h', 0, '0', 'never', -5, 1.5, null, {}, Number.NaN])
    expect(schema.safeParse(bad).success, JSON.stringify(bad)).toBe(false);
});

test('never, where it is allowed', () => {
  const schema = durationSchema({ minMs: 1000, maxMs: 3_600_000, orNever: true });
  for (const never of ['never', '0', 0]) expect(schema.parse(never)).toBeUndefined();
  expect(schema.safeParse('2h').error?.issues[0]?.message).toBe('use from 1s to 1h, or never');
});
