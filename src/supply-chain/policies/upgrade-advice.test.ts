import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { severities, type Finding } from '../report.ts';
import { finding } from './test-kit/facts.ts';
import { upgradeAdvice, type UpgradeAdvice } from './upgrade-advice.ts';

const of = (id: string, fixedVersions: string[], part: Partial<Finding> = {}): Finding =>
  finding({ id, fixedVersions, package: { name: 'lib', version: '1.2.0', purl: 'pkg:npm/lib@1.2.0' }, ...part });
const adviceFor = (...findings: Finding[]): UpgradeAdvice | undefined => upgradeAdvice(findings)[0];

test('the lowest version that fixes all', () => {
  const advice = adviceFor(of('CVE-1', ['1.2.9']), of('CVE-2', ['1.2.10'], { severity: 'high' }), of('CVE-3', []));
  expect(advice).toEqual({
    package: { name: 'lib', version: '1.2.0', purl: 'pkg:npm/lib@1.2.0' },
    target: '1.2.10',
    fixedVersions: ['1.2.9', '1.2.10'],
    removes: { critical: 1, high: 1, medium: 0, low: 0, unspecified: 0 },
    vulnerabilities: ['CVE-1', 'CVE-2'],
    remaining: 1,
  });
});

test.each<[string, string[][], string]>([
  ['a fix in the branch in use is nearer than one in the next', [['1.2.5', '2.0.3']], '1.2.5'],
  [
    'of several, the first that has them all',
    [
      ['1.2.5', '2.0.3'],
      ['1.2.7', '2.0.1'],
    ],
    '1.2.7',
  ],
  ['where only the next branch has them all', [['1.2.5', '2.0.3'], ['2.0.5']], '2.0.5'],
  ['a version between two branches has the fix of neither', [['1.2.5', '2.0.3'], ['2.0.1']], '2.0.3'],
  ['older ones than what is in use are no upgrade', [['1.1.9', '1.3.0']], '1.3.0'],
])('%s', (_case, fixes, target) => {
  const advice = adviceFor(...fixes.map((fixedVersions, index) => of(`CVE-${index}`, fixedVersions)));
  expect(advice).toMatchObject({ target, remaining: 0 });
});

test('versions that cannot be compared are listed, and so is what has no newer one', () => {
  expect(adviceFor(of('CVE-1', ['2.0', 'next release']), of('CVE-2', ['1.9']))).toMatchObject({
    target: undefined,
    fixedVersions: ['1.9', '2.0', 'next release'],
    removes: { critical: 2 },
    remaining: 0,
  });
  expect(adviceFor(of('CVE-1', ['1.0.0']))).toMatchObject({ target: undefined, fixedVersions: ['1.0.0'] });
  expect(upgradeAdvice([of('CVE-1', [])])).toEqual([]);
});

test('what removes most criticals comes first, then highs, then the name', () => {
  const inPackage = (name: string, severity: Finding['severity'], id = 'CVE-1'): Finding =>
    finding({ id, severity, package: { name, version: '1' }, fixedVersions: ['2'] });
  const findings = [
    inPackage('d', 'high'),
    inPackage('c', 'high'),
    inPackage('b', 'critical'),
    inPackage('c', 'medium', 'CVE-2'),
    inPackage('a', 'critical'),
    inPackage('a', 'critical', 'CVE-2'),
  ];
  expect(upgradeAdvice(findings).map((advice) => advice.package.name)).toEqual(['a', 'b', 'c', 'd']);
  expect(upgradeAdvice(findings, 2)).toHaveLength(2);
});

test('nothing is counted twice and nothing lost; the target is one of the fixes', () => {
  const version = fc.stringMatching(/^[12]\.[0-3](\.[0-9])?$/);
  const some = fc.array(
    fc.record({
      id: fc.stringMatching(/^CVE-[1-9]$/),
      severity: fc.constantFrom(...severities),
      fixedVersions: fc.array(fc.oneof(version, fc.constant('soon')), { maxLength: 3 }),
      package: fc.record({
        name: fc.constantFrom('a', 'b'),
        version,
        purl: fc.constantFrom('pkg:npm/x', 'pkg:deb/x', undefined),
      }),
    }),
    { maxLength: 15 },
  );
  fc.assert(
    fc.property(some, (parts) => {
      const findings = parts.map((part) => finding(part));
      for (const advice of upgradeAdvice(findings, 100)) {
        const group = findings.filter(
          (one) => one.package.name === advice.package.name && one.package.version === advice.package.version,
        );
        const removed = Object.values(advice.removes).reduce((sum, count) => sum + count, 0);
        expect(removed + advice.remaining).toBe(group.length);
        expect(removed).toBeGreaterThan(0);
        if (advice.target !== undefined) expect(advice.fixedVersions).toContain(advice.target);
      }
      expect(upgradeAdvice(findings.toReversed()).map(({ package: { name, version } }) => [name, version])).toEqual(
        upgradeAdvice(findings).map(({ package: { name, version } }) => [name, version]),
      );
    }),
  );
});
