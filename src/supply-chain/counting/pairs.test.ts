import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { severities, type Finding } from '../report.ts';
import { countFindings } from './count-findings.ts';
import { createPairs, type Entry } from './pairs.ts';

function mergePairs(entries: readonly Entry[]): Finding[] {
  const pairs = createPairs();
  for (const entry of entries) pairs.add(entry);
  expect(pairs.size).toBe(pairs.toFindings().length);
  return pairs.toFindings();
}

const openssl = { name: 'openssl', version: '1.1' };

function entry(ids: string[], rest: Partial<Entry> = {}): Entry {
  return { ids, package: openssl, severity: 'low', ...rest };
}

test('one vulnerability in one package is one pair, in another or another version another', () => {
  const findings = mergePairs([
    entry(['CVE-1']),
    entry(['CVE-1']),
    entry(['CVE-1'], { package: { name: 'openssl', version: '1.0' } }),
    entry(['CVE-1'], { package: { name: 'libssl', version: '1.1' } }),
    entry(['CVE-2']),
  ]);
  expect(findings.map(({ id, package: { name, version } }) => `${id} ${name} ${version}`)).toEqual([
    'CVE-1 openssl 1.1',
    'CVE-1 openssl 1.0',
    'CVE-1 libssl 1.1',
    'CVE-2 openssl 1.1',
  ]);
});

test('entries that share an id are one, also by way of a third', () => {
  const findings = mergePairs([
    entry(['GHSA-a']),
    entry(['PYSEC-1']),
    entry(['CVE-1', 'GHSA-a']),
    entry(['PYSEC-1', 'cve-1']),
  ]);
  expect(findings).toEqual([
    expect.objectContaining({ id: 'CVE-1', aliases: expect.arrayContaining(['GHSA-a', 'PYSEC-1']) }),
  ]);
});

test('a pair is as severe as the most severe entry, and has what any of them says', () => {
  const [finding] = mergePairs([
    entry(['CVE-1'], { severity: 'unspecified', fixedVersions: ['2', ''], publishedAt: 20 }),
    entry(['CVE-1'], { severity: 'high', fixedVersions: ['2', '3'], title: 'title', publishedAt: 10 }),
    entry(['CVE-1'], {
      severity: 'low',
      package: { ...openssl, purl: 'pkg:deb/debian/openssl@1.1' },
      url: 'https://a',
    }),
  ]);
  expect(finding).toEqual({
    id: 'CVE-1',
    aliases: [],
    package: { name: 'openssl', version: '1.1', purl: 'pkg:deb/debian/openssl@1.1' },
    severity: 'high',
    fixedVersions: ['2', '3'],
    title: 'title',
    url: 'https://a',
    publishedAt: 10,
  });
});

test('further names are shown, but merge nothing, and no id is shown twice in a package', () => {
  const findings = mergePairs([
    entry(['GHSA-a'], { otherIds: ['CVE-1', 'GHSA-a'] }),
    entry(['GHSA-b'], { otherIds: ['CVE-1'] }),
    entry(['GHSA-c'], { otherIds: ['CVE-2'] }),
    entry(['CVE-2']),
  ]);
  expect(findings.map(({ id, aliases }) => [id, aliases])).toEqual([
    ['CVE-1', ['GHSA-a']],
    ['GHSA-b', ['CVE-1']],
    ['GHSA-c', ['CVE-2']],
    ['CVE-2', []],
  ]);
});

const ids = fc.array(fc.constantFrom('CVE-1', 'CVE-2', 'GHSA-1', 'GHSA-2', 'X-1', 'X-2'), {
  minLength: 1,
  maxLength: 3,
});
const entries = fc.array(
  fc.record({
    ids,
    package: fc.record({ name: fc.constantFrom('a', 'b', '__proto__'), version: fc.constantFrom('', '1') }),
    severity: fc.constantFrom(...severities),
  }),
);

test('the order of the entries changes neither the pairs nor their severities', () => {
  const print = (list: readonly Entry[]) =>
    mergePairs(list)
      .map(({ id, aliases, severity, package: { name, version } }) =>
        [...[id, ...aliases].toSorted(), severity, name, version].join(' '),
      )
      .toSorted();
  fc.assert(
    fc.property(entries, fc.infiniteStream(fc.nat()), (list, numbers) => {
      const shuffled = list
        .map((item) => ({ item, at: numbers.next().value as number }))
        .toSorted((a, b) => a.at - b.at);
      expect(print(shuffled.map(({ item }) => item))).toEqual(print(list));
    }),
  );
});

test('no two pairs of a package share an id, and each has all ids of its entries', () => {
  fc.assert(
    fc.property(entries, (list) => {
      const seen = new Set<string>();
      const findings = mergePairs(list);
      for (const {
        id,
        aliases,
        package: { name, version },
      } of findings) {
        for (const each of [id, ...aliases]) {
          const key = `${name} ${version} ${each}`;
          expect(seen).not.toContain(key);
          seen.add(key);
        }
      }
      for (const {
        ids: given,
        package: { name, version },
      } of list) {
        for (const id of given) expect(seen).toContain(`${name} ${version} ${id}`);
      }
      expect(Object.values(countFindings(findings)).reduce((sum, count) => sum + count, 0)).toBe(findings.length);
    }),
  );
});

test('a chain of a hundred thousand links is no matter of minutes', () => {
  const chain = Array.from({ length: 100_000 }, (_, index) =>
    entry([`X-${String(100_000 - index)}`, `X-${String(99_999 - index)}`]),
  );
  const links = chain.filter((_, index) => index % 2 === 0).concat(chain.filter((_, index) => index % 2 === 1));
  expect(mergePairs(links)).toHaveLength(1);
});

test('counts', () => {
  expect(countFindings([])).toEqual({ critical: 0, high: 0, medium: 0, low: 0, unspecified: 0 });
  expect(countFindings([{ severity: 'high' }, { severity: 'high' }, { severity: 'unspecified' }])).toEqual({
    critical: 0,
    high: 2,
    medium: 0,
    low: 0,
    unspecified: 1,
  });
});
