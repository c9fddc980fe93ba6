import { expect, test } from 'vitest';
import { errorText, systemCode, TallymanError } from './errors.ts';

test('the text of an error and of its cause', () => {
  expect(errorText('text')).toBe('text');
  expect(errorText(undefined)).toBe('undefined');
  expect(errorText(new Error('a'))).toBe('a');
  expect(errorText(new Error('a', { cause: new Error('b', { cause: 'c' }) }))).toBe('a: b: c');
  expect(errorText(new Error('a: b', { cause: new Error('b') }))).toBe('a: b');
});

test("the system's code, however deep", () => {
  const system = Object.assign(new Error('no such file'), { code: 'ENOENT' });
  expect(systemCode(system)).toBe('ENOENT');
  expect(systemCode(new Error('a', { cause: system }))).toBe('ENOENT');
  expect(systemCode(new Error('a'))).toBeUndefined();
  expect(systemCode('ENOENT')).toBeUndefined();
});

test("an error of Tallyman's own has a code", () => {
  const error = new TallymanError('A_CODE', 'what was tried', { cause: 'why' });
  expect([error.code, error.message, error.cause, error.name]).toEqual([
    'A_CODE',
    'what was tried',
    'why',
    'TallymanError',
  ]);
});
