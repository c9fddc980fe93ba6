import { expect, test } from 'vitest';
import { TallymanError } from '../../base/errors.ts';
import type { ImageFacts } from '../image-facts.ts';
import { defineExpressionPolicy } from './expression-policy.ts';
import type { PolicyResult } from './policy.ts';
import { finding, imageFacts, now, packageOf, policyContext } from './test-kit/facts.ts';

const define = (expression: string, more: object = {}): ReturnType<typeof defineExpressionPolicy> =>
  defineExpressionPolicy({ id: 'own', displayName: 'Our own', expression, ...more });
const evaluate = (expression: string, facts: Partial<ImageFacts>, more: object = {}): PolicyResult =>
  define(expression, more).evaluate(imageFacts(facts), policyContext());

test('true is compliant; false is violated, with the part that is false', () => {
  const expression = 'image.tags.size() > 0 && image.labels["team"] != "" && counts.critical == 0';
  const facts = { tags: [], labels: { team: 'blue' }, findings: [] };
  expect(evaluate(expression, { ...facts, tags: ['1'] })).toEqual({ result: 'compliant' });
  expect(evaluate(expression, facts)).toEqual({
    result: 'violated',
    reasons: [{ text: 'not so: image.tags.size() > 0' }],
  });
  expect(evaluate(expression, facts, { fix: 'tag it' })).toEqual({
    result: 'violated',
    reasons: [{ text: 'not so: image.tags.size() > 0: tag it', fix: 'tag it' }],
  });
});

test.each([
  'findings.all(f, f.severity != "critical" || !f.fixable)',
  '!findings.exists(f, f.severity == "critical" && f.fixable)',
  'true && !findings.exists(f, (f.severity == "critical" || f.severity == "none") && f.fixable)',
])('%s names the findings that break it', (expression) => {
  const findings = [finding({ severity: 'low' }), finding({ id: 'CVE-7' }), finding({ fixedVersions: [] })];
  expect(evaluate(expression, { findings })).toEqual({
    result: 'violated',
    reasons: [
      {
        text: 'CVE-7 (critical) in openssl 1.1.1: upgrade to 1.1.2',
        vulnerability: 'CVE-7',
        package: 'openssl',
        version: '1.1.1',
        fix: 'upgrade to 1.1.2',
      },
    ],
  });
});

test('packages are named likewise', () => {
  const packages = [packageOf('a', 'MIT'), packageOf('b', 'SSPL-1.0')];
  expect(evaluate('packages.all(p, !("SSPL-1.0" in p.licenses))', { packages }, { fix: 'replace it' })).toEqual({
    result: 'violated',
    reasons: [{ text: 'b 1.0 (SSPL-1.0): replace it', package: 'b', version: '1.0' }],
  });
});

test.each<[string, string]>([
  ['counts.critical == 0', 'vulnerabilities: push a report'],
  ['findings.all(f, f.severity != "high")', 'vulnerabilities: push a report'],
  ['packages.size() < 100', 'packages: push an SBOM'],
  ['image.user != "root"', 'image.user: push a report'],
  ['image.base.name.startsWith("node")', 'org.opencontainers.image.base.name'],
  ['attestations.provenance', 'provenance is not known'],
  ['scan.scannedAt > now - duration("24h")', 'scan.scannedAt is not known'],
  ['1 / image.tags.size() == 1', 'cannot be evaluated: division by zero'],
])('%s: what is missing', (expression, missing) => {
  expect(evaluate(expression, {})).toEqual({ result: 'no-data', missing: [expect.stringContaining(missing)] });
});

test('what is not in every finding, or needs a catalogue, is said', () => {
  const findings = [finding()];
  expect(evaluate('!findings.exists(f, f.knownExploited)', { findings })).toMatchObject({
    missing: [expect.stringContaining("give the server CISA's catalogue")],
  });
  expect(evaluate('findings.all(f, f.publishedAt < now)', { findings })).toMatchObject({
    missing: [expect.stringContaining('ask with has()')],
  });
});

test('a result that does not need what is unknown is one', () => {
  expect(evaluate('image.user == "app" || image.tags.size() == 0', {})).toEqual({ result: 'compliant' });
  expect(evaluate('image.user == "app" && image.tags.size() > 0', {})).toMatchObject({ result: 'violated' });
});

test('expressions that speak of now change with the hour, others never', () => {
  const next = (expression: string): number | undefined =>
    define(expression).nextChangeAt(imageFacts(), policyContext());
  expect(next('image.createdAt > now - duration("720h")')).toBe(Math.ceil(now / 3_600_000) * 3_600_000);
  expect(next('image.tags.size() > 0')).toBeUndefined();
});

test.each([
  [{}, 'POLICY_DEFINITION_INVALID', 'id: '],
  [{ id: 'Own', displayName: 'x', expression: 'true' }, 'POLICY_DEFINITION_INVALID', 'small letters'],
  [{ id: 'own', displayName: 'a\u202Eb', expression: 'true' }, 'POLICY_DEFINITION_INVALID', 'cannot be seen'],
  [{ id: 'own', displayName: '  ', expression: 'true' }, 'POLICY_DEFINITION_INVALID', 'displayName'],
  [{ id: 'own', displayName: 'x', expression: 'true', extra: 1 }, 'POLICY_DEFINITION_INVALID', 'extra'],
  [
    { id: 'own', displayName: 'x', expression: 'true &&\n  fals' },
    'POLICY_EXPRESSION_INVALID',
    'policy own: line 2, column 3 of the expression: there is no variable fals',
  ],
])('%j: %s', (definition, code, message) => {
  expect(() => defineExpressionPolicy(definition)).toThrow(message);
  try {
    defineExpressionPolicy(definition);
  } catch (error) {
    expect(error instanceof TallymanError && error.code).toBe(code);
  }
});

test('very many parts and reasons stay bounded', () => {
  const findings = Array.from({ length: 500 }, () => finding());
  const expression = Array.from({ length: 30 }, () => 'counts.total == 0').join(' && ');
  expect(evaluate(expression, { findings })).toMatchObject({
    reasons: [{ text: expect.stringContaining('not so') as string }],
  });
  const result = evaluate('findings.all(f, !f.fixable)', { findings });
  expect(result.result === 'violated' && result.reasons).toHaveLength(51);
});
