import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinLabels, labelText, parseLabelText, sanitizeLabelName } from './labels.ts';

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

const labelName = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,8}$/);

test('whatever is printed is read again', () => {
  const entries = fc.uniqueArray(fc.tuple(labelName, fc.string({ unit: 'grapheme' })), { selector: ([name]) => name });
  const property = fc.property(entries, (set) => {
    expect(parseLabelText(labelText(set))).toEqual(set);
  });
  expect(() => fc.assert(property)).not.toThrow();
});

test('whatever is read would be printed the same', () => {
  const piece = fc.constantFrom('a', 'b', '="', '"', ',', '\\', '\\"', '\\n', '\n', '\ud800', ' ', '=');
  const property = fc.property(fc.array(piece), (pieces) => {
    const text = pieces.join('');
    const entries = parseLabelText(text);
    if (entries !== undefined) expect(labelText(entries)).toBe(text);
  });
  expect(() => fc.assert(property, { numRuns: 2000 })).not.toThrow();
});

test.each([
  'a',
  'a=b',
  'a="b',
  'a="b",',
  ',a="b"',
  'a="b",,c="d"',
  'a="b" ,c="d"',
  'a="b"c="d"',
  'a="b",a="c"',
  '1a="b"',
  'a-b="c"',
  'ä="c"',
  'a="\\t"',
  'a="\\"',
  'a="b\nc"',
  'a="\ud800"',
  'a="b"} 1\nup{x="y"',
  '{a="b"}',
  ' ',
])('%j is no label set', (text) => {
  expect(parseLabelText(text)).toBeUndefined();
});

test('a long hostile text is refused at once', () => {
  expect(parseLabelText(`a="${'\\\\'.repeat(4000)}`)).toBeUndefined();
  expect(parseLabelText('a="b",'.repeat(1300))).toBeUndefined();
});
