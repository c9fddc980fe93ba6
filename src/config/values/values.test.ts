import { assert, nat, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apiVersion } from './api-version.ts';
import { boolean } from './boolean.ts';
import { duration, durationText } from './duration.ts';
import { labelMatch } from './label-match.ts';
import { listenAddress } from './listen-address.ts';
import { port, wholeNumber } from './number.ts';
import { pattern } from './pattern.ts';
import { urlPath } from './url-path.ts';
import type { ValueKind } from './value-kind.ts';

function read<V>(kind: ValueKind<V>, raw: unknown): V | string {
  const parsed = kind.schema.safeParse(raw);
  return parsed.success ? parsed.data : parsed.error.issues.map((issue) => issue.message).join();
}

describe('duration', () => {
  const kind = duration({ min: 0 });

  it.each([
    ['0', 0],
    ['15', 15_000],
    ['0.5', 500],
    ['500ms', 500],
    ['30s', 30_000],
    ['1m', 60_000],
    ['1m30s', 90_000],
    ['1h', 3_600_000],
    ['1.5h', 5_400_000],
    ['1h1m1s1ms', 3_661_001],
    ['24h', 86_400_000],
  ])('%s is %d ms', (text, ms) => expect(read(kind, text)).toBe(ms));

  it.each(['', 's', '1 s', '1w', '30s1m', '1e3', '.5', '1.', '1..5s', '+1', 'Infinity', '0x10', '1_000'])(
    '%j is none',
    (text) => expect(read(kind, text)).toMatch(/^is not a duration: /),
  );

  it.each([
    ['-1', 'is negative'],
    ['25h', 'is too long: use 24h or less'],
    ['0.0001', 'is too short: use 1ms or more'],
  ])('%s %s', (text, message) => expect(read(kind, text)).toContain(message));

  it('may have to be above 0', () => {
    expect(read(duration({ min: 1 }), '0')).toBe('is too short: use more than 0');
    expect(read(duration({ min: 1 }), '1ms')).toBe(1);
  });

  it('reads what it writes', () => {
    const same = property(nat(86_400_000), (ms) => read(kind, durationText(ms)) === ms);
    expect(() => assert(same)).not.toThrow();
  });
});

describe('boolean', () => {
  it.each(['true', '1', 'yes', 'on', 'TRUE', 'Yes', 'ON'])('%s is true', (text) =>
    expect(read(boolean, text)).toBe(true),
  );
  it.each(['false', '0', 'no', 'off', 'False', 'NO'])('%s is false', (text) => expect(read(boolean, text)).toBe(false));
  it.each(['', 'y', '2', 'truee', null, [], new Map()])('%j is neither', (raw) =>
    expect(read(boolean, raw)).toBe('is neither true nor false: use true or false'),
  );
});

describe('whole number', () => {
  it.each([
    ['0', 0],
    ['65535', 65535],
    ['080', 80],
  ])('%s is a port', (text, value) => expect(read(port, text)).toBe(value));
  it.each(['-1', '65536', '1.0', '1e3', '', ' 1', '0x1', '99999999999999999999'])('%j is none', (text) =>
    expect(read(port, text)).toMatch(/^is not a port/),
  );
  it('knows its limits', () => expect(read(wholeNumber(1, 2), '3')).toContain('from 1 to 2'));
});

describe('addresses and paths', () => {
  it.each([
    ['0.0.0.0', '0.0.0.0'],
    ['[::]', '::'],
    ['::1', '::1'],
    ['localhost', 'localhost'],
    ['a.b-c.d.', 'a.b-c.d.'],
  ])('listens on %s', (text, value) => expect(read(listenAddress, text)).toBe(value));
  it.each(['', '1.2.3', '1.2.3.400', 'a b', '-a', 'a..b', 'host:1', '[localhost]', 'http://a'])(
    'does not listen on %j',
    (text) => expect(read(listenAddress, text)).toMatch(/^is not an address/),
  );
  it.each(['/metrics', '/a/b/', '/a.b_c~d-e', '/debugging'])('%s is a path', (text) =>
    expect(read(urlPath, text)).toBe(text),
  );
  it.each(['', 'metrics', '/a?b', '/a b', '/a#b', '/:a', '/*', '//a', '/a//b', '/a/../b', '/./a', '/%41', '/a\n'])(
    '%j is none',
    (text) => expect(read(urlPath, text)).toMatch(/^is not a path/),
  );
  it.each(['/', '/version', '/version/', '/-/healthy', '/-/ready', '/debug', '/debug/', '/debug/pprof'])(
    '%s is taken',
    (text) => expect(read(urlPath, text)).toMatch(/^is one of the server's own paths/),
  );
});

describe('API version', () => {
  it.each(['', '1.24', '1.41', '1.100', '2.0'])('takes %j', (text) => expect(read(apiVersion, text)).toBe(text));
  it.each(['1', 'v1.41', '1.41.2', 'latest', '0.1', '1.'])('refuses %s', (text) =>
    expect(read(apiVersion, text)).toMatch(/^is not an Engine API version/),
  );
  it.each(['1.23', '1.9'])('calls %s too old', (text) => expect(read(apiVersion, text)).toMatch(/^is too old/));
});

describe('filters', () => {
  it.each([
    ['^web', /^web/u],
    ['(?i)web', /web/iu],
    ['(?si)a.b', /a.b/isu],
    ['a\\-b', new RegExp('a\\-b')],
    ['\\p{L}', /\p{L}/u],
  ])('%s is %s', (text, expected) => expect(read(pattern, text)).toEqual(expected));
  it.each([
    ['(', 'is not a regular expression: Unterminated group'],
    ['*', 'is not a regular expression: Nothing to repeat'],
    ['(?P<a>b)', 'is not a regular expression: Invalid group'],
    ['', 'is empty and would match everything: write a regular expression'],
  ])('%j %s', (text, message) => expect(read(pattern, text)).toBe(message));
  it('keeps no state between tests', () => {
    const found = read(pattern, 'a');
    expect(found instanceof RegExp && [found.test('a'), found.test('a')]).toEqual([true, true]);
  });
  it.each([
    ['a', { key: 'a' }],
    ['a=', { key: 'a', value: '' }],
    ['a=b=c', { key: 'a', value: 'b=c' }],
  ])('%s is a label', (text, label) => expect(read(labelMatch, text)).toEqual(label));
  it.each(['', '=b', ' =b'])('%j is no label', (text) => expect(read(labelMatch, text)).toMatch(/^is not a label/));
});
