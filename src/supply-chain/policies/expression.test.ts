import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ImageFacts } from '../image-facts.ts';
import { toVariables } from './expression-variables.ts';
import { compileExpression } from './expression.ts';
import { day, finding, imageFacts, now, packageOf, policyContext } from './test-kit/facts.ts';

const facts = imageFacts({
  digest: 'sha256:abc',
  repositories: ['docker.io/library/app'],
  tags: ['1.2', 'latest'],
  labels: { team: 'blue' },
  base: { name: 'node:22', digest: 'sha256:base' },
  createdAt: now - 3 * day,
  findings: [
    finding({ id: 'CVE-1', aliases: ['GHSA-1'] }),
    finding({ id: 'CVE-2', severity: 'low', fixedVersions: [], publishedAt: now - 100 * day }),
  ],
  packages: [packageOf('left', 'MIT'), packageOf('right', 'AGPL-3.0-only', 'ISC')],
  attestations: { sbom: true },
});

function evaluate(source: string, of: ImageFacts = facts): unknown {
  const expression = compileExpression(source, 'bool');
  if ('at' in expression) return `${expression.at}: ${expression.text}`;
  const result = expression.evaluate(toVariables(of, policyContext(), expression.uses));
  return result.ok ? result.value : result.reason;
}

test.each([
  'findings.exists(f, f.severity == "critical" && f.fixable)',
  'findings.exists_one(f, f.aliases.exists(a, a == "GHSA-1"))',
  'findings.all(f, f.package == "openssl" && f.version == "1.1.1")',
  'findings.filter(f, f.severity in ["low", "medium"]).size() == 1',
  'findings.map(f, f.id)[1] == "CVE-2"',
  'counts.critical + counts.low == counts.total',
  'counts.fixable == 1 && counts.high == 0',
  'packages.exists(p, "ISC" in p.licenses)',
  'packages.exists(p, p.licenses.exists(l, l.glob("AGPL-*")))',
  'image.labels["team"] == "blue" && "team" in image.labels && !("x" in image.labels)',
  'image.labels.all(name, name.startsWith("t"))',
  'image.base.name.contains("node") && image.digest.endsWith("abc")',
  'image.tags.size() == 2 && size(image.repositories[0]) > 5',
  'now - image.createdAt > duration("48h") && now - image.createdAt < duration("80h")',
  'image.createdAt > timestamp("2020-01-01T00:00:00Z")',
  'has(image.base) && !has(image.user)',
  'attestations.sbom && !has(attestations.provenance)',
  'image.user == "x" || true',
  'image.tags[0].lowerAscii().trim() == "1.2" ? true : false',
  '2 * 3 - 4 / 2 == 10 % 6 && 1.5 < 2.0',
  'findings\n  // a comment\n  .size() == 2',
])('%s', (source) => {
  expect(evaluate(source)).toBe(true);
});

test.each([
  ['', '0: it is empty'],
  ['1 +', '3: Unexpected token: EOF'],
  ['true true', /^5: /],
  ['1', '0: it gives int and has to give bool'],
  ['findings.exists(f, f.sevrity == "x")', '21: No such key: sevrity'],
  ['image.user == 1', '0: no such overload: string == int'],
  ['user == "root"', '0: there is no variable user'],
  ['true && nope', '8: there is no variable nope'],
  ['image.constructor == 1', '6: No such key: constructor'],
  ['image.__proto__ == 1', /__proto__/],
  ['image["user"] == ""', /a dot and the field/],
  ['image.tags[0].matches("(a+)+$")', /regular expressions are not taken/],
  ['cel.bind(a, "x", a == "x")', /there is no method bind/],
  ['dyn(1) == 1', /there is no function dyn/],
  ['type(1) == int', /there is no function type/],
  ['optional.of(1).hasValue()', /there is no method/],
  ['b"a" == b"a"', /bytes/],
  ['{"a": 1}["a"] == 1', /maps cannot be written/],
  ['{} == {}', /maps cannot be written/],
  [`[${'1,'.repeat(300)}1].size() == 301`, /too many items/],
  ['"a" + "b" == "ab"', /only numbers/],
  ['[1] + [2] == [1, 2]', /only numbers/],
  ['["x"].map(a, a + a)[0] == "xx"', /only numbers/],
  ['99999999999999999999 > 1', /number is too large/],
  ['findings.all(a, findings.all(b, findings.all(c, a.id == c.id)))', /lists within lists/],
  [`duration("${'1'.repeat(40)}h") < duration("1h")`, /at most 32/],
  ['image.digest.glob(image.digest)', /pattern in quotes/],
  [`image.digest.glob("${'*a'.repeat(9)}")`, /8 stars/],
  ['x'.repeat(5000), /longer than 4096/],
  ['('.repeat(2000), /nested too deeply/],
  [`${'!'.repeat(3000)}true`, /too many parts/],
  [`${'['.repeat(40)}1${']'.repeat(40)} == 1`, /nested too deeply/],
])('%.60s is refused', (source, fault) => {
  expect(evaluate(source)).toMatch(fault);
});

test('what goes wrong in the evaluation is said', () => {
  expect(evaluate('1 / (counts.total - 2) == 1')).toBe('division by zero');
  expect(evaluate('findings[9].id == "x"')).toMatch(/index out of bounds/);
  expect(evaluate('image.user == "x"')).toBe('No such key: user');
  expect(evaluate('findings.all(f, f.publishedAt < now)')).toBe('No such key: publishedAt');
});

test('an image that would take too long is refused before anything is evaluated', () => {
  const source = 'findings.all(a, findings.exists(b, a.id == b.id))';
  const of = (count: number): ImageFacts => imageFacts({ findings: Array.from({ length: count }, () => finding()) });
  expect(evaluate(source, of(100))).toBe(true);
  expect(evaluate(source, of(20_000))).toMatch(/too many findings/);
  expect(evaluate('findings.all(f, f.severity != "low")', of(100_000))).toBe(true);
});

test('now is the hour that has begun', () => {
  expect(evaluate('now == timestamp("2026-01-15T12:00:00Z")')).toBe(true);
});

test('hostile names of labels are names like any other', () => {
  const labels = JSON.parse('{"__proto__": "x", "constructor": "y"}') as Record<string, string>;
  const of = imageFacts({ labels });
  expect(evaluate('image.labels["__proto__"] == "x" && image.labels["constructor"] == "y"', of)).toBe(true);
  expect(evaluate('image.labels["toString"] == "x"', of)).toBe('No such key: toString');
});

const token = fc.constantFrom(
  ...[
    'findings',
    'packages',
    'image',
    'counts',
    'now',
    '.',
    'all',
    'exists',
    'map',
    'filter',
    'size',
    'has',
    'user',
    'id',
  ],
  ...['(', ')', '[', ']', ',', '&&', '||', '!', '==', '+', '-', '*', '/', '<', 'in', '?', ':', 'f', '"a"', '1', '2.5'],
  ...['duration', 'glob', 'matches', '{', '}', 'true', 'null', 'labels', 'tags', 'constructor', '"', '\\', '\n', 'é'],
);

test('any text is compiled or refused, and whatever is compiled gives a result', () => {
  const source = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.array(token, { maxLength: 25 }).map((tokens) => tokens.join(' ')),
    fc.array(token, { maxLength: 25 }).map((tokens) => tokens.join('')),
  );
  const property = fc.property(source, (text) => {
    const expression = compileExpression(text, 'bool');
    if ('at' in expression) {
      expect(expression.at).toBeGreaterThanOrEqual(0);
      expect(expression.text).not.toBe('');
      return;
    }
    const result = expression.evaluate(toVariables(facts, policyContext(), expression.uses));
    expect(typeof (result.ok ? result.value : result.reason)).toBe(result.ok ? 'boolean' : 'string');
  });
  expect(() => fc.assert(property, { numRuns: 1000 })).not.toThrow();
});
