import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { licenseKey, mentionsLicense } from './license-name.ts';

test.each([
  ['AGPL-3.0-only', 'agpl-3.0-only'],
  ['AGPL-3.0', 'agpl-3.0-only'],
  ['AGPLv3', 'agpl-3.0-only'],
  ['AGPL 3', 'agpl-3.0-only'],
  ['GNU AGPLv3', 'agpl-3.0-only'],
  ['GNU Affero General Public License v3.0', 'agpl-3.0-only'],
  ['GNU AFFERO GENERAL PUBLIC LICENSE, Version 3', 'agpl-3.0-only'],
  ['Affero GPL v3', 'agpl-3.0-only'],
  ['AGPL-3.0-or-later', 'agpl-3.0-or-later'],
  ['AGPL-3.0+', 'agpl-3.0-or-later'],
  ['AGPL-3+', 'agpl-3.0-or-later'],
  ['agplv3+', 'agpl-3.0-or-later'],
  ['GNU Affero General Public License v3 or later', 'agpl-3.0-or-later'],
  ['AGPL', 'agpl'],
  ['AGPL-1.0', 'agpl-1.0-only'],
  ['LGPL-2.1-only', 'lgpl-2.1-only'],
  ['GNU Lesser General Public License v2.1', 'lgpl-2.1-only'],
  ['GNU Library General Public License v2', 'lgpl-2.0-only'],
  ['GPL-2.0', 'gpl-2.0-only'],
  ['GPLv2', 'gpl-2.0-only'],
  ['MIT', 'mit'],
  ['The MIT License', 'mit'],
  ['Apache License, Version 2.0', 'apache 2 0'],
  ['Apache-2.0', 'apache 2 0'],
  ['', ''],
])('%s is %s', (name, key) => {
  expect(licenseKey(name)).toBe(key);
});

test.each([
  ['Released under the GNU Affero General Public License v3, see COPYING', 'agpl-3.0-only', true],
  ['Released under the GNU Affero General Public License v3 or later, see COPYING', 'agpl-3.0-only', false],
  ['Released under the GNU Affero General Public License v3 or later, see COPYING', 'agpl-3.0-or-later', true],
  ['see AGPL 3.1', 'agpl-3.0-only', false],
  ['see AGPL 1.0', 'agpl', false],
  ['see the AGPL', 'agpl', true],
  ['LGPL v3, see COPYING', 'gpl-3.0-only', false],
  ['some MIT code', 'mit', true],
  ['SUMMIT licence', 'mit', false],
  ['anything', '', false],
])('%s mentions %s: %s', (text, key, expected) => {
  expect(mentionsLicense(text, key)).toBe(expected);
});

test('a key is its own key, whatever the name', () => {
  const property = fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (name) => {
    const key = licenseKey(name);
    return licenseKey(key) === key;
  });
  expect(() => fc.assert(property)).not.toThrow();
});
