import { existsSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { ImageFacts } from '../image-facts.ts';
import { severities } from '../report.ts';
import { findPolicy, policies } from './index.ts';
import { createPolicySet, type PolicySettings } from './policy-set.ts';
import { policyOutcomes } from './policy.ts';
import { day, finding, imageFacts, now, policyContext } from './test-kit/facts.ts';

const contract: readonly (readonly [id: string, displayName: string])[] = [
  ['no-default-root-user', 'Default non-root user'],
  ['no-copyleft-licenses', 'No AGPL v3 licenses'],
  ['fixable-vulnerabilities', 'No fixable critical or high vulnerabilities'],
  ['high-profile-vulnerabilities', 'No high-profile vulnerabilities'],
  ['no-stale-base-images', 'No outdated base images'],
  ['approved-base-images', 'No unapproved base images'],
  ['supply-chain-attestations', 'Supply chain attestations'],
];

test('the policies of the contract, in its order', () => {
  expect(policies.map(({ id, displayName }) => [id, displayName])).toEqual(contract);
});

test("the list here is the contract's, where that is kept beside the checkout", () => {
  const original = new URL('../../../../shared/contract/scout.yaml', import.meta.url);
  const { policies: listed } = existsSync(original)
    ? (parse(readFileSync(original, 'utf8')) as { policies: { id: string; displayName: string }[] })
    : { policies: contract.map(([id, displayName]) => ({ id, displayName })) };
  expect(listed.map(({ id, displayName }) => [id, displayName])).toEqual(contract);
});

const nothing: PolicySettings = { policies: {}, expressions: [] };
const own = { id: 'own', displayName: 'Our own', expression: 'image.tags.size() > 0' };

test('all are enabled as they come; nothing known is no data for every one of them', () => {
  const results = createPolicySet(nothing).evaluate(imageFacts(), policyContext());
  expect(results.map(({ id, result }) => [id, result.result])).toEqual(contract.map(([id]) => [id, 'no-data']));
  for (const { result } of results) expect(result.result === 'no-data' && result.missing.join('')).toBeTruthy();
});

test('policies are disabled, configured and added', () => {
  const set = createPolicySet({
    policies: {
      'no-default-root-user': { enabled: false },
      'fixable-vulnerabilities': { config: { severities: ['low'] } },
    },
    expressions: [
      { enabled: true, policy: own },
      { enabled: false, policy: { ...own, id: 'other', displayName: 'Other' } },
    ],
  });
  expect(set.policies.map(({ id }) => id)).toEqual([...contract.slice(1).map(([id]) => id), 'own']);
  const results = set.evaluate(imageFacts({ findings: [finding({ severity: 'low' })] }), policyContext());
  expect(results.find(({ id }) => id === 'fixable-vulnerabilities')?.result.result).toBe('violated');
  expect(results.at(-1)).toMatchObject({ displayName: 'Our own', result: { result: 'violated' } });
});

test.each<[Partial<PolicySettings>, string]>([
  [{ policies: { nope: {} } }, 'there is no policy nope; there are no-default-root-user, '],
  [{ policies: { constructor: {} } }, 'there is no policy constructor'],
  [
    { policies: { 'fixable-vulnerabilities': { config: { graceDays: -1 } } } },
    'policy fixable-vulnerabilities: graceDays: ',
  ],
  [{ policies: { 'fixable-vulnerabilities': { config: { severities: ['high', 'x'] } } } }, 'severities[1]: '],
  [{ policies: { 'fixable-vulnerabilities': { enabled: false, config: { typo: 1 } } } }, '"typo"'],
  [{ policies: { 'approved-base-images': { config: { allowed: [] } } } }, 'name at least one pattern'],
  [{ policies: { 'no-copyleft-licenses': { config: 'x' } } }, 'policy no-copyleft-licenses: '],
  [{ expressions: [{ enabled: false, policy: { ...own, expression: 'nope' } }] }, 'there is no variable nope'],
  [{ expressions: [{ enabled: true, policy: { ...own, id: 'no-stale-base-images' } }] }, 'another policy with the id'],
  [
    { expressions: [{ enabled: true, policy: { ...own, displayName: 'default NON-root user' } }] },
    'another policy with the name',
  ],
  [{ expressions: [own, own].map((policy) => ({ enabled: true, policy })) }, 'another policy with the id own'],
  [{ expressions: Array.from({ length: 101 }, () => ({ enabled: true, policy: own })) }, 'more than 100'],
])('%.80j is refused', (settings, message) => {
  expect(() => createPolicySet({ ...nothing, ...settings })).toThrow(message);
});

test('defaults are a configuration of their own', () => {
  for (const { id, defaults } of policies) expect(findPolicy(id).parseConfig(defaults)).toEqual(defaults);
});

test('the next change is the soonest of all', () => {
  const set = createPolicySet({
    policies: { 'fixable-vulnerabilities': { config: { graceDays: 1 } } },
    expressions: [{ enabled: true, policy: { ...own, expression: 'image.createdAt < now' } }],
  });
  const facts = imageFacts({ findings: [finding({ firstSeenAt: now - day + 60_000 })] });
  expect(set.nextChangeAt(facts, policyContext())).toBe(now + 60_000);
  expect(createPolicySet(nothing).nextChangeAt(facts, policyContext())).toBeUndefined();
});

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('', 'root', '__proto__', 'node:22'),
);
const maybe = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined });
const time = maybe(fc.oneof(fc.double(), fc.integer()));
const anyFacts: fc.Arbitrary<ImageFacts> = fc.record({
  digest: text,
  repositories: fc.array(text),
  tags: fc.array(text),
  user: maybe(text),
  base: maybe(fc.record({ name: text, digest: maybe(text) })),
  labels: maybe(fc.dictionary(text, text)),
  createdAt: time,
  findings: maybe(
    fc.array(
      fc.record({
        id: text,
        aliases: fc.array(text, { maxLength: 3 }),
        package: fc.record({ name: text, version: text }),
        severity: fc.constantFrom(...severities),
        fixedVersions: fc.array(text, { maxLength: 3 }),
        publishedAt: time,
        firstSeenAt: time,
      }),
      { maxLength: 5 },
    ),
  ),
  packages: maybe(
    fc.array(fc.record({ name: text, version: text, licenses: fc.array(text, { maxLength: 3 }) }), { maxLength: 5 }),
  ),
  attestations: fc.record({ sbom: maybe(fc.boolean()), provenance: maybe(fc.boolean()) }),
  running: maybe(fc.boolean()),
});

test('whatever the facts, every policy has a result, the same each time', () => {
  const set = createPolicySet({
    policies: { 'fixable-vulnerabilities': { config: { graceDays: 3 } } },
    expressions: [
      'findings.all(f, f.id.glob("CVE-*") && f.publishedAt < now)',
      'image.labels.all(l, image.labels[l] != "")',
      'packages.all(p, p.licenses.all(l, l.size() < 10)) || image.user == "x"',
    ].map((expression, index) => ({
      enabled: true,
      policy: { id: `own-${index}`, displayName: `Own ${index}`, expression },
    })),
  });
  const property = fc.property(anyFacts, (facts) => {
    const results = set.evaluate(facts, policyContext());
    expect(results).toHaveLength(10);
    for (const { result } of results) {
      expect(policyOutcomes).toContain(result.result);
      if (result.result === 'violated') expect(result.reasons.length).toBeGreaterThan(0);
      if (result.result === 'no-data') expect(result.missing.length).toBeGreaterThan(0);
    }
    expect(set.evaluate(structuredClone(facts), policyContext())).toEqual(results);
    const next = set.nextChangeAt(facts, policyContext());
    expect(next === undefined || next > now).toBe(true);
  });
  expect(() => fc.assert(property, { numRuns: 500 })).not.toThrow();
});
