import { expect, test } from 'vitest';
import { toCurrent } from './current-samples.ts';

const labels = (): string[] => ['a="1"', 'a="2"'];

test('families that have the same label sets share them, from batch to batch', () => {
  const families = ['one', 'two'].map((name) => ({ name, labels: labels(), values: [1, 2] }));
  const first = toCurrent('h', 1, families, undefined);
  expect(first.families.get('two')?.labels).toBe(first.families.get('one')?.labels);
  const next = toCurrent('h', 2, [{ name: 'one', labels: labels(), values: [3, 4] }], first);
  expect(next.families.get('one')?.labels).toBe(first.families.get('one')?.labels);
  expect(next.families.get('one')?.values).toEqual(Float64Array.of(3, 4));
  expect(first.families.get('one')?.values).toEqual(Float64Array.of(1, 2));
});

test('what has changed is new, and what is gone is gone', () => {
  const first = toCurrent('h', 1, [{ name: 'one', labels: labels(), values: [1, 2] }], undefined);
  const next = toCurrent('h', 2, [{ name: 'two', labels: ['a="2"', 'a="1"'], values: [3, 4] }], first);
  expect([...next.families.keys()]).toEqual(['two']);
  expect(next.families.get('two')?.labels).toEqual(['a="2"', 'a="1"']);
});
