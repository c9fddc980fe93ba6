import { expect, test } from 'vitest';
import { labelText, type LabelText } from '../../metrics/labels.ts';
import { parseSelector, SelectorFault } from './selector.ts';
import { createSeriesFilter } from './series-filter.ts';

const series: readonly (readonly [name: string, labels: Record<string, string>])[] = [
  ['up', {}],
  ['up', { job: 'a' }],
  ['up', { job: 'b', env: 'prod' }],
  ['ns:up:rate5m', { job: 'a' }],
  ['down', { job: 'a"b\\c\nd' }],
];

function selected(...selectors: string[]): string[] {
  const filter = createSeriesFilter(selectors.map(parseSelector), { left: 1e6 });
  return series.flatMap(([name, { env, ...labels }]) => {
    // One of the labels as what a whole family has in common, the others as printed.
    const wanted = filter.of(name, env === undefined ? {} : { env });
    const text: LabelText = labelText(Object.entries(labels));
    return wanted === 'all' || wanted?.(text) === true ? [`${name} ${labels['job'] ?? '-'}`] : [];
  });
}

// The answers are those of Prometheus 3.5 to the same series.
test.each([
  ['up', ['up -', 'up a', 'up b']],
  [' up ', ['up -', 'up a', 'up b']],
  ['up{}', ['up -', 'up a', 'up b']],
  ['ns:up:rate5m', ['ns:up:rate5m a']],
  ['up{job="a"}', ['up a']],
  ['up{job!="a"}', ['up -', 'up b']],
  ['up{job=""}', ['up -']],
  ['up{job!=""}', ['up a', 'up b']],
  ['up{job=~"a|b"}', ['up a', 'up b']],
  ['up{job!~"a|b"}', ['up -']],
  ['up{job=~".*"}', ['up -', 'up a', 'up b']],
  ['up{job=~".+"}', ['up a', 'up b']],
  ['up{job=~"|a"}', ['up -', 'up a']],
  ['up{other=""}', ['up -', 'up a', 'up b']],
  ['up{other=~"x*"}', ['up -', 'up a', 'up b']],
  ['{job="a"}', ['up a', 'ns:up:rate5m a']],
  ['{__name__="up",job="a",}', ['up a']],
  ['{__name__=~"u.|down"}', ['up -', 'up a', 'up b', 'down a"b\\c\nd']],
  ['{__name__!="up",job=~"a.*"}', ['ns:up:rate5m a', 'down a"b\\c\nd']],
  ['{__name__="up",__name__="down"}', []],
  ['{"up", job="a"}', ['up a']],
  ["up{job='a'}", ['up a']],
  ['up{job=`a`}', ['up a']],
  ['up{ job = "a" , env = "" }', ['up a']],
  ['up{env="prod"}', ['up b']],
  ['up{env="prod",job="a"}', []],
  ['down{job="a\\"b\\\\c\\nd"}', ['down a"b\\c\nd']],
  ['down{job="\\x61\\"b\\134c\\u000ad"}', ['down a"b\\c\nd']],
  ['down{job=~"a.b.c.d"}', ['down a"b\\c\nd']],
  ['up{job="A"}', []],
  ['{job=~".*"}', ['up -', 'up a', 'up b', 'ns:up:rate5m a', 'down a"b\\c\nd']],
  ['{job!="a"}', ['up -', 'up b', 'down a"b\\c\nd']],
  ['{job=""}', ['up -']],
  ['up{__name__=~"u."}', ['up -', 'up a', 'up b']],
  ['up{__name__="down"}', []],
  ['{"up","down"}', []],
  ['up{job=~"(?i)A"}', ['up a']],
])('%s', (selector, found) => {
  expect(selected(selector)).toEqual(found);
});

test('several selectors are a union', () => {
  expect(selected('up{job="a"}', '{env="prod"}', 'nothing')).toEqual(['up a', 'up b']);
  expect(selected('up{job="a"}', 'up')).toEqual(['up -', 'up a', 'up b']);
});

// Prometheus takes the empty braces, and finds nothing; the last two are limits of ours.
test.each([
  '',
  ' ',
  '{}',
  'up{',
  'up}',
  'up{job}',
  'up{job=}',
  'up{job=a}',
  'up{job="a"',
  'up{job="a" env="b"}',
  'up{,}',
  'up{job=="a"}',
  'up{job="a}',
  'up{job="a\nb"}',
  'up{job="\\q"}',
  'up{job="\\\'"}',
  'up{job="\\U00110000"}',
  'up[5m]',
  'up offset 5m',
  'up @ 1',
  'up down',
  'sum(up)',
  '1up',
  'up{1job="a"}',
  'up{job=~"("}',
  'up{job=~"(?=a)"}',
  `up{${'a="b",'.repeat(60)}}`,
  `up{job="${'a'.repeat(9000)}"}`,
])('%s is refused', (selector) => {
  expect(() => parseSelector(selector)).toThrow(SelectorFault);
});
