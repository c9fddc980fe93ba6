import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinLabels, labelText, sanitizeLabelName } from './labels.ts';

test('label sets are printed in the order they come in', () => {
  expect(labelText([])).toBe('');
  expect(labelText([['b', ''], ['a', 'x']])).toBe('b="",a="x"'); // prettier-ignore
  expect(joinLabels('', '')).toBe('');
  expect(joinLabels('a="1"', '')).toBe('a="1"');
  expect(joinLabels('', 'b="2"')).toBe('b="2"');
  expect(joinLabels('a="1"', 'b="2"')).toBe('a="1",b="2"');
});

test('only backslash, quote and line feed are escaped', () => {
  expect(labelText([['a', '\\"\n\r\t\0é']])).toBe('a="\\\\\\"\\n\r\t\0é"');
});

test('label sets that are the same in UTF-8 are the same text', () => {
  expect(labelText([['a', '\ud800']])).toBe(labelText([['a', '\udfff']]));
});

test('a sanitised name has only characters of label names', () => {
  expect(sanitizeLabelName('com.docker/x-y')).toBe('com_docker_x_y');
  const property = fc.property(fc.string({ unit: 'binary' }), (name) =>
    /^[a-zA-Z0-9_]*$/.test(sanitizeLabelName(name)),
  );
  expect(() => fc.assert(property)).not.toThrow();
});
