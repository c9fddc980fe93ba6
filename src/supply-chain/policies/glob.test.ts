import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { matchesGlob } from './glob.ts';

test.each([
  ['a', 'a', true],
  ['a', 'A', false],
  ['', '', true],
  ['*', '', true],
  ['*', 'abc', true],
  ['*', 'a/b', false],
  ['**', 'a/b', true],
  ['a*c', 'abbc', true],
  ['a*c', 'ab/c', false],
  ['a**c', 'ab/c', true],
  ['a/**/b', 'a/x/y/b', true],
  ['a?c', 'abc', true],
  ['a?c', 'a/c', false],
  ['a.c', 'abc', false],
  ['ubi*/**', 'ubi9/ubi-minimal', true],
  ['😀?', '😀😀', true],
])('%j %j: %s', (pattern, text, expected) => {
  expect(matchesGlob(pattern, text)).toBe(expected);
});

const character = fc.constantFrom('a', 'b', '/', '.', '*', '?', '(', '\n');
const word = fc.string({ unit: character, maxLength: 12 });

test('as a regular expression would', () => {
  const toRegExp = (pattern: string): RegExp =>
    new RegExp(
      `^${pattern.replaceAll(/\*+|[^*]/g, (part) => {
        if (part === '*') return '[^/]*';
        if (part.startsWith('*')) return '[^]*';
        return part === '?' ? '[^/]' : part.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
      })}$`,
    );
  fc.assert(
    fc.property(word, word, (pattern, text) => {
      expect(matchesGlob(pattern, text)).toBe(toRegExp(pattern).test(text));
    }),
    { numRuns: 2000 },
  );
});

test('patterns that make regular expressions hang are answered', () => {
  expect(matchesGlob(`${'*a'.repeat(100)}b`, 'a'.repeat(2000))).toBe(false);
});
