import { expect, test } from 'vitest';
import { compareApiVersions, isApiVersion, negotiateApiVersion, newestApiVersion } from './api-version.ts';

test('versions are ordered by number', () => {
  const sorted = ['1.41', '1.9', '2.0', '1.100', '1.24'].toSorted(compareApiVersions);
  expect(sorted).toEqual(['1.9', '1.24', '1.41', '1.100', '2.0']);
});

test.each([
  ['1.24', '1.24'],
  ['1.41', '1.41'],
  ['1.51', '1.51'],
  ['1.99', newestApiVersion],
  ['2.0', newestApiVersion],
])('an engine of %s is spoken with in %s', (engine, spoken) => {
  expect(negotiateApiVersion(engine)).toBe(spoken);
});

test('what is no version', () => {
  expect(['1.41', '1.9', '', '1', 'v1.41', '1.41.0', '1.x', '../1.4', '1.41 '].map(isApiVersion)).toEqual([
    true,
    true,
    ...Array.from({ length: 7 }, () => false),
  ]);
});
