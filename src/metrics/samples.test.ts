import { expect, test } from 'vitest';
import { defineMetric } from './metric.ts';
import { createSamples } from './samples.ts';

const first = defineMetric({ name: 'first', type: 'gauge', help: 'Help.', when: 'always', source: 'a test' });
const second = defineMetric({ name: 'second', type: 'gauge', help: 'Help.', when: 'always', source: 'a test' });

test('what the source did not say is left out, and 0 is something it said', () => {
  const samples = createSamples();
  for (const value of [undefined, null, Number.NaN]) samples.add(first, '', value);
  samples.add(second, '', 0);
  expect([...samples.families()].map(([metric]) => metric.name)).toEqual(['second']);
  expect(samples.size()).toBe(1);
});

test('a family stays together whatever is added between', () => {
  const samples = createSamples();
  const more = createSamples();
  samples.add(first, 'a="1"', 1);
  samples.add(second, '', 2);
  more.add(first, 'a="2"', 3);
  samples.append(more);
  expect([...samples.families()]).toEqual([
    [first, { labels: ['a="1"', 'a="2"'], values: [1, 3] }],
    [second, { labels: [''], values: [2] }],
  ]);
});
