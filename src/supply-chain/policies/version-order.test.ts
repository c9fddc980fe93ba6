import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { versionOrderOf } from './version-order.ts';

test.each([
  // plain numbers, for every type without a rule of its own
  ['pkg:maven/a/b@1', '1.2.9', '1.2.10', -1],
  ['pkg:pypi/a@1', '1.2', '1.2.0', 0],
  [undefined, 'v1.2', '1.3', -1],
  [undefined, '1.2', '1.3-rc1', undefined],
  [undefined, '1.2', '', undefined],
  // semantic versioning
  ['pkg:npm/a@1', '1.0.0-alpha', '1.0.0-alpha.1', -1],
  ['pkg:npm/a@1', '1.0.0-alpha.1', '1.0.0-alpha.beta', -1],
  ['pkg:npm/a@1', '1.0.0-beta.2', '1.0.0-beta.11', -1],
  ['pkg:npm/a@1', '1.0.0-rc.1', '1.0.0', -1],
  ['pkg:npm/a@1', '1.0.0+a', '1.0.0+b', 0],
  ['pkg:golang/a@1', 'v1.2.3', '1.2.4', -1],
  ['pkg:npm/a@1', '1.0.0', '>=2', undefined],
  // Debian: deb-version(7)
  ['pkg:deb/debian/a@1', '1.0~rc1', '1.0', -1],
  ['pkg:deb/debian/a@1', '1.0', '1.0+deb11u1', -1],
  ['pkg:deb/debian/a@1', '1.1.1n-0+deb11u4', '1.1.1n-0+deb11u5', -1],
  ['pkg:deb/debian/a@1', '1.1.1d', '1.1.1k', -1],
  ['pkg:deb/debian/a@1', '2:1.0', '1:9.0', 1],
  ['pkg:deb/debian/a@1', '1.0', '0:1.0-0', 0],
  ['pkg:deb/debian/a@1', '1.0a', '1.0+', -1],
  ['pkg:deb/debian/a@1', '1.0.9', '1.0.10', -1],
  ['pkg:deb/debian/a@1', '1.0 beta', '1.0', undefined],
  // rpm: rpmvercmp
  ['pkg:rpm/redhat/a@1', '1.0', '1.0a', -1],
  ['pkg:rpm/redhat/a@1', '1.0~rc1', '1.0', -1],
  ['pkg:rpm/redhat/a@1', '1.0^git1', '1.0', 1],
  ['pkg:rpm/redhat/a@1', '1.0^git1', '1.0.1', -1],
  ['pkg:rpm/redhat/a@1', '1.05', '1.5', 0],
  ['pkg:rpm/redhat/a@1', '2.0.1', '2.0.1a', -1],
  ['pkg:rpm/redhat/a@1', '5.5p10', '5.5p2', 1],
  ['pkg:rpm/redhat/a@1', '8.0-25.el8_4', '8.0-30.el8_4', -1],
  ['pkg:rpm/redhat/a@1', '8.0', '8.0-30.el8', 0],
  ['pkg:rpm/redhat/a@1', '1:1.0-1', '2.0-1', 1],
  // Alpine
  ['pkg:apk/alpine/a@1', '1.1.22-r3', '1.1.22-r10', -1],
  ['pkg:apk/alpine/a@1', '1.1.1d-r0', '1.1.1k-r0', -1],
  ['pkg:apk/alpine/a@1', '1.1.1-r5', '1.1.1a-r0', -1],
  ['pkg:apk/alpine/a@1', '1.2_rc1-r0', '1.2-r0', undefined],
])('%s: %s and %s: %s', (purl, a, b, expected) => {
  const order = versionOrderOf(purl);
  expect(order(a, b)).toBe(expected);
  expect(order(b, a)).toBe(expected === undefined || expected === 0 ? expected : -expected);
});

const version = fc.stringMatching(/^[0-9]{1,2}([.~^+a-z-]?[0-9a-c]{1,2}){0,4}$/);
const purl = fc.constantFrom('pkg:npm/a', 'pkg:deb/a/b', 'pkg:rpm/a/b', 'pkg:apk/a/b', 'pkg:pypi/a', undefined);

test('it is an order: the same from both sides, and one after another', () => {
  fc.assert(
    fc.property(purl, version, version, version, (type, a, b, c) => {
      const order = versionOrderOf(type);
      const [ab, bc, ac] = [order(a, b), order(b, c), order(a, c)];
      if (ab !== undefined) expect(order(b, a)).toBe(ab === 0 ? 0 : -ab);
      if (ab !== undefined && bc !== undefined && ab <= 0 && bc <= 0) expect(ac).toBeLessThanOrEqual(0);
    }),
    { numRuns: 1000 },
  );
});

test('any text gets an answer, two that have one have it together', () => {
  fc.assert(
    fc.property(purl, fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (type, a, b) => {
      const order = versionOrderOf(type);
      const known = order(a, a) !== undefined && order(b, b) !== undefined;
      expect(order(a, b) !== undefined).toBe(known);
    }),
  );
  for (const type of ['pkg:deb/a', 'pkg:rpm/a', 'pkg:npm/a', 'pkg:apk/a', '']) {
    expect(versionOrderOf(type)('1'.repeat(1_000_000), '1')).toBeUndefined();
  }
});
