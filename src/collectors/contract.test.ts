import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { baseLabels } from './container-labels.ts';
import { collectors } from './index.ts';
import { selfMetrics } from './self.ts';

interface ContractFamily {
  name: string;
  type: string;
  labels: string | string[];
  when: string;
}

const file = new URL('../../test/fixtures/container-exporter.yaml', import.meta.url);
/** Where the contract is kept, beside the checkouts of those who work on it; not everybody has that. */
const original = new URL('../../../shared/contract/container-exporter.yaml', import.meta.url);

const contract = parse(readFileSync(file, 'utf8')) as { base_labels: string[]; families: ContractFamily[] };
const metrics = [...collectors.flatMap((collector) => collector.metrics), ...selfMetrics];

const labelsOf = ({ labels }: ContractFamily): string[] => {
  if (Array.isArray(labels)) return labels.toSorted();
  const [, ...more] = labels.split('+');
  return [...contract.base_labels, ...more.flatMap((names) => names.split(','))].toSorted();
};

test("the contract's families are declared as it says, and no others claim to be of it", () => {
  const declared = metrics
    .filter(({ contract }) => contract)
    .map(({ name, type, labels, perContainer }) => ({
      name,
      type,
      labels: [...(perContainer ? baseLabels : []), ...labels].toSorted(),
    }));
  expect(declared.toSorted(byName)).toEqual(
    contract.families
      .map((family) => ({ name: family.name, type: family.type, labels: labelsOf(family) }))
      .toSorted(byName),
  );
  expect(declared).toHaveLength(40);
});

test.each(contract.families)('$name is there when the contract says so', ({ name, when }) => {
  expect(metrics.find((metric) => metric.name === name)?.when.startsWith(when)).toBe(true);
});

test('no name is declared twice', () => {
  expect(new Set(metrics.map(({ name }) => name)).size).toBe(metrics.length);
});

test('the copy of the contract is what is kept beside the checkout, where there is one', () => {
  const copy = readFileSync(file, 'utf8');
  expect(copy).toBe(existsSync(original) ? readFileSync(original, 'utf8') : copy);
});

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1;
}
