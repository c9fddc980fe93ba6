import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createPattern } from './pattern.ts';
import { BudgetSpent } from './run.ts';
import { PatternFault } from './syntax.ts';

const matches = (source: string, value: string): boolean => createPattern(source).matches(value, { left: 1e7 });

test.each([
  ['a|b', ['a', 'b'], ['', 'c', 'ab', 'a|b']],
  ['web-1|web-2', ['web-1', 'web-2'], ['web-', 'web-12']],
  ['', [''], ['a']],
  ['a|', ['a', ''], ['b']],
  ['.*', ['', 'a', 'a\nb', '😀'], []],
  ['.', ['a', '\n', '😀'], ['', 'ab']],
  ['(?-s:.)', ['a'], ['\n']],
  ['container_.+', ['container_a'], ['container_', 'xcontainer_a']],
  ['ab', ['ab'], ['xab', 'abx', 'a', 'b']],
  ['a{2}', ['aa'], ['a', 'aaa']],
  ['a{2,}', ['aa', 'aaaaa'], ['a']],
  ['a{1,2}', ['a', 'aa'], ['', 'aaa']],
  ['a{,2}', ['a{,2}'], ['a', 'aa']],
  ['a{x}', ['a{x}'], ['a']],
  ['a+?b*?c??', ['a', 'aab', 'abc'], ['b']],
  ['(a|b)*c', ['c', 'abac'], ['ab']],
  ['(?:a(?P<name>b)?)(?<other>c)', ['abc', 'ac'], ['ab']],
  ['[a-c]x[^a-c]', ['axd', 'cx\n'], ['dxd', 'axa']],
  ['[]a]', [']', 'a'], ['b']],
  ['[^]a]', ['b'], [']', 'a']],
  ['[a-]', ['a', '-'], ['b']],
  ['[a\\-z]', ['a', '-', 'z'], ['b']],
  ['[\\d_]+', ['1_2'], ['a']],
  ['[[:alpha:]]+', ['abC'], ['a1']],
  ['[[:^digit:]]', ['a'], ['1']],
  ['\\d\\D\\s\\S\\w\\W', ['1a b_-'], ['aa b_-']],
  ['\\.\\*\\\\\\/', ['.*\\/'], ['aa']],
  ['\\x41\\x{1F600}\\t\\n', ['A😀\t\n'], ['A']],
  ['(?i)web', ['WEB', 'wEb'], ['wob']],
  ['(?i:w)eb', ['Web'], ['WEB']],
  ['a(?i)b|c', ['aB', 'C'], ['Ab']],
  ['(a(?i)b)c', ['aBc'], ['abC']],
  ['(?i)[a-c]É', ['Bé'], ['d']],
  ['^a$', ['a'], ['ba']],
  ['a^b', [], ['ab']],
  ['\\Aa\\z', ['a'], ['']],
  ['\\bweb\\b.*', ['web', 'web-1'], ['webs']],
  ['a\\Bb', ['ab'], ['a-b']],
  ['(((a)))', ['a'], ['']],
  ['()', [''], ['a']],
  ['(|a)+', ['', 'aaa'], ['b']],
])('%s', (source, yes, no) => {
  for (const value of yes) expect(matches(source, value), JSON.stringify(value)).toBe(true);
  for (const value of no) expect(matches(source, value), JSON.stringify(value)).toBe(false);
});

test.each([
  '(',
  ')',
  'a)',
  '(a',
  '[a',
  '[z-a]',
  '[[:nope:]]',
  '[a-\\d]',
  '*',
  'a**',
  'a{2}{3}',
  '|*',
  '(?=a)',
  '(?!a)',
  '(?<=a)b',
  '(?m)a',
  '\\1',
  '\\pL',
  '\\Qa\\E',
  '\\',
  '[\\',
  '\\x{110000}',
  'a{1001}',
  'a{3,2}',
  '(a{100}){100}',
  '((a{10}){10}){11}',
  '(.{50}|.{60}){18}',
  `${'('.repeat(200)}${')'.repeat(200)}`,
  'a'.repeat(5000),
])('%s is refused with a reason', (source) => {
  expect(() => createPattern(source)).toThrow(PatternFault);
});

/** Patterns that mean the same in JavaScript, as an oracle of ten thousands of lines. */
const atom = fc.constantFrom(
  'a',
  'b',
  '-',
  '.',
  '[ab]',
  '[^a]',
  '\\w',
  '\\d',
  '\\.',
  '(?:a|b)',
  '(?:a|)',
  '(ab)',
  '\\b',
  '$',
  '^',
);
const piece = fc.tuple(atom, fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,3}', '*?', '{0,1}'));
const branch = fc.array(piece, { maxLength: 5 }).map((parts) => parts.map(([one, count]) => one + count).join(''));
const source = fc.array(branch, { minLength: 1, maxLength: 3 }).map((branches) => branches.join('|'));
const value = fc.string({ unit: fc.constantFrom('a', 'b', '-', '.', '1', '\n', 'é'), maxLength: 8 });

test('matches what JavaScript matches, where both mean the same', () => {
  const property = fc.property(source, value, (text, whole) => {
    // Where JavaScript has no repetition of an assertion.
    fc.pre(!/(?:\\b|\$|\^)[*+?{]/.test(text));
    expect(matches(text, whole)).toBe(new RegExp(`^(?:${text})$`, 's').test(whole));
  });
  fc.assert(property, { numRuns: 3000 });
});

describe('cost', () => {
  test.each(['(a*)*b', '(a|a)*b', '(a+)+b', '(.*)*(.*)*b', '(a?){50}a{50}'])(
    '%s takes steps by its length',
    (source) => {
      const budget = { left: 3_000_000 };
      expect(createPattern(source).matches('a'.repeat(8192), budget)).toBe(false);
      expect(budget.left).toBeGreaterThan(0);
    },
  );

  test('a value costs once, and the budget ends', () => {
    const budget = { left: 1000 };
    const pattern = createPattern('(a|b)*c');
    expect(pattern.matches('abab', budget)).toBe(false);
    const { left } = budget;
    expect(left).toBeLessThan(1000);
    expect(pattern.matches('abab', budget)).toBe(false);
    expect(budget.left).toBe(left);
    expect(() => pattern.matches('ab'.repeat(1000), budget)).toThrow(BudgetSpent);
  });

  test('whatever is given, it is a pattern or refused', () => {
    const characters = fc.constantFrom(...'ab()[]{}|*+?^$.\\-,:<>P=!iswdxQ0123456789'.split(''));
    const property = fc.property(fc.string({ unit: characters, maxLength: 30 }), (text) => {
      try {
        createPattern(text).matches('ab-1', { left: 1e6 });
      } catch (error) {
        expect(error).toBeInstanceOf(PatternFault);
      }
    });
    fc.assert(property, { numRuns: 5000 });
  });
});
