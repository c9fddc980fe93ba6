import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRequestTarget } from './request-target.ts';

test.each([
  ['/metrics', '/metrics', ''],
  ['/metrics?a=1&b=%20', '/metrics', 'a=1&b=+'],
  ['http://host:9200/metrics?x=y', '/metrics', 'x=y'],
  ['http://host', '/', ''],
  ['http://host?x', '/', 'x='],
  ['//metrics', '//metrics', ''],
  ['/metr%69cs', '/metrics', ''],
  ['/%zz%', '/%zz%', ''],
  ['/a?b?c', '/a', 'b%3Fc='],
  ['*', '*', ''],
  ['', '/', ''],
])('%s', (target, path, query) => {
  const parsed = parseRequestTarget(target);
  expect([parsed.path, parsed.query.toString()]).toEqual([path, query]);
});

test('any text gives a path', () => {
  const property = fc.property(fc.string({ unit: 'binary' }), (target) => parseRequestTarget(target).path.length > 0);
  expect(() => fc.assert(property)).not.toThrow();
});
