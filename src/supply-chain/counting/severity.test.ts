import { expect, test } from 'vitest';
import { mostSevere, severityOf, severityOfScore, toSeverity } from './severity.ts';

test.each([
  ['CRITICAL', 'critical'],
  ['Critical', 'critical'],
  ['high', 'high'],
  ['IMPORTANT', 'high'],
  ['medium', 'medium'],
  ['Moderate', 'medium'],
  ['low', 'low'],
  ['Negligible', 'low'],
  [' low ', 'low'],
  ['UNKNOWN', 'unspecified'],
  ['None', 'unspecified'],
  ['info', 'unspecified'],
  ['', 'unspecified'],
  ['toString', 'unspecified'],
  ['__proto__', 'unspecified'],
  [undefined, 'unspecified'],
  [null, 'unspecified'],
])('the word %j is %s', (word, severity) => {
  expect(toSeverity(word)).toBe(severity);
});

test.each([
  [10, 'critical'],
  [9, 'critical'],
  [8.9, 'high'],
  [7, 'high'],
  [6.9, 'medium'],
  [4, 'medium'],
  [3.9, 'low'],
  [0.1, 'low'],
  [0, 'unspecified'],
  [-1, 'unspecified'],
  [11, 'unspecified'],
  [NaN, 'unspecified'],
  [Infinity, 'unspecified'],
  [undefined, 'unspecified'],
])('the score %d is %s', (score, severity) => {
  expect(severityOfScore(score)).toBe(severity);
});

test('the most severe wins, and unspecified is the least', () => {
  expect(mostSevere(['low', 'high', 'unspecified', 'medium'])).toBe('high');
  expect(mostSevere(['unspecified', 'low'])).toBe('low');
  expect(mostSevere([])).toBe('unspecified');
});

test('a score counts only where there is no word at all', () => {
  const scores = () => [9.8];
  expect(severityOf({ words: ['low', 'medium'], scores })).toBe('medium');
  expect(severityOf({ words: ['unknown'], scores })).toBe('unspecified');
  expect(severityOf({ words: [undefined, ''], scores })).toBe('critical');
  expect(severityOf({ words: [] })).toBe('unspecified');
});
