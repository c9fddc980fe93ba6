import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { copyleftLicenses } from './copyleft-licenses.ts';
import { createLicenseCheck } from './license-check.ts';
import { imageFacts, packageOf, policyContext } from './test-kit/facts.ts';

const evaluate = (licenses: string[], config: unknown = {}): string =>
  copyleftLicenses
    .withConfig(config)
    .evaluate(imageFacts({ packages: [packageOf('mongo', ...licenses)] }), policyContext()).result;

test.each([
  ['AGPL-3.0-only'],
  ['AGPL-3.0-or-later'],
  ['AGPL-3.0'],
  ['AGPL-3.0+'],
  ['agpl-3.0'],
  ['AGPL'],
  ['AGPLv3'],
  ['AGPL-3 or later'],
  ['GNU Affero General Public License v3.0'],
  ['GNU Affero General Public License v3 or later (AGPLv3+)'],
  ['MIT AND AGPL-3.0-only'],
  ['AGPL-3.0-only WITH some-exception'],
  ['(MIT AND AGPL-3.0) OR AGPL-3.0-or-later'],
  ['MIT, AGPL-3.0'],
  ['MIT', 'AGPL-3.0-only'],
])('%j %j needs AGPL', (...licenses) => {
  expect(evaluate(licenses)).toBe('violated');
});

test.each([
  ['MIT'],
  ['MIT OR AGPL-3.0'],
  ['AGPL-3.0-only OR (MIT AND ISC)'],
  ['(AGPL-3.0 OR MIT) AND (ISC OR AGPL-3.0)'],
  ['MIT/AGPL-3.0'],
  ['Dual licensed: MIT or AGPLv3'],
  ['AGPL-1.0-only'],
  ['LGPL-3.0-only'],
  ['GPL-3.0-only'],
  ['NOT-AGPL-3.0-REALLY'],
  [''],
])('%j does not', (...licenses) => {
  expect(evaluate(licenses)).toBe('compliant');
});

test('the list, exceptions and packages are configurable', () => {
  expect(evaluate(['SSPL-1.0'], { licenses: ['SSPL-1.0'] })).toBe('violated');
  expect(evaluate(['AGPL-3.0-only'], { licenses: ['SSPL-1.0'] })).toBe('compliant');
  expect(evaluate(['Server Side Public License, v 1'], { licenses: ['Server Side Public License v1'] })).toBe(
    'violated',
  );
  const gpl = { licenses: ['GPL-2.0-only'], allowedExceptions: ['Classpath-exception-2.0'] };
  expect(evaluate(['GPL-2.0-only WITH Classpath-exception-2.0'], gpl)).toBe('compliant');
  expect(evaluate(['GPL-2.0-only WITH other'], gpl)).toBe('violated');
  expect(evaluate(['AGPL-3.0-only'], { exceptPackages: ['mongo'] })).toBe('compliant');
});

test('without licences there is no data; an SBOM without packages has none to complain of', () => {
  const result = (packages: ReturnType<typeof packageOf>[] | undefined): string =>
    copyleftLicenses.withConfig({}).evaluate(imageFacts({ packages }), policyContext()).result;
  expect(result(undefined)).toBe('no-data');
  expect(result([packageOf('a'), packageOf('b')])).toBe('no-data');
  expect(result([])).toBe('compliant');
  expect(result([packageOf('a'), packageOf('b', 'MIT')])).toBe('compliant');
});

test('each package is named once, in the order of their names', () => {
  const packages = [packageOf('b', 'AGPL-3.0'), packageOf('a', 'AGPL-3.0', 'AGPL'), packageOf('b', 'AGPL-3.0')];
  const result = copyleftLicenses.withConfig({}).evaluate(imageFacts({ packages }), policyContext());
  expect(result).toMatchObject({
    result: 'violated',
    reasons: [
      { package: 'a', version: '1.0', text: expect.stringContaining('a 1.0 is under AGPL-3.0') as string },
      { package: 'b' },
    ],
  });
});

test('a choice that has a free side is free, whatever else is in it', () => {
  const isForced = createLicenseCheck(['AGPL-3.0-only'], []);
  const other = fc.constantFrom<string>('AGPL-3.0-only', 'ISC', '(ISC AND AGPL-3.0-only)', '(AGPL-3.0-only OR Zlib)');
  fc.assert(
    fc.property(fc.array(other), fc.nat(), (others, at) => {
      const parts = others.toSpliced(at % (others.length + 1), 0, 'MIT');
      expect(isForced(parts.join(' OR '))).toBe(false);
      expect(isForced(`AGPL-3.0-only AND (${parts.join(' OR ')})`)).toBe(true);
    }),
  );
});

test('hostile licence texts are answered', () => {
  const isForced = createLicenseCheck(['AGPL-3.0-only'], []);
  const texts = [
    '(('.repeat(100_000),
    ' or '.repeat(100_000),
    'A'.repeat(1_000_000),
    'gpl '.repeat(100_000),
    '\0\uD800',
  ];
  for (const text of texts) expect(isForced(text)).toBe(false);
});
