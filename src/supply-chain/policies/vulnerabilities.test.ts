import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { severities } from '../report.ts';
import { fixableVulnerabilities } from './fixable-vulnerabilities.ts';
import { highProfileVulnerabilities } from './high-profile-vulnerabilities.ts';
import type { PolicyResult } from './policy.ts';
import { reasonsAtMost } from './results.ts';
import { day, finding, imageFacts, now, policyContext } from './test-kit/facts.ts';

const fixable = (config: unknown, ...findings: ReturnType<typeof finding>[]): PolicyResult =>
  fixableVulnerabilities.withConfig(config).evaluate(imageFacts({ findings }), policyContext());

test('critical and high ones with a fix violate, and the reason names package, version and fix', () => {
  expect(fixable({}, finding({ severity: 'high', fixedVersions: ['1.1.2', '3.0.1'] }))).toEqual({
    result: 'violated',
    reasons: [
      {
        text: 'CVE-2026-1 (high) in openssl 1.1.1: upgrade to 1.1.2 or 3.0.1',
        vulnerability: 'CVE-2026-1',
        package: 'openssl',
        version: '1.1.1',
        fix: 'upgrade to 1.1.2 or 3.0.1',
      },
    ],
  });
  expect(fixable({}, finding({ severity: 'medium' }))).toEqual({ result: 'compliant' });
  expect(fixable({}, finding({ fixedVersions: [] }))).toEqual({ result: 'compliant' });
  expect(fixable({ fixableOnly: false }, finding({ fixedVersions: [] })).result).toBe('violated');
  expect(fixable({ severities: ['low'] }, finding({ severity: 'low' })).result).toBe('violated');
  expect(fixable({}).result).toBe('compliant');
});

test('without a report there is no data', () => {
  for (const policy of [fixableVulnerabilities, highProfileVulnerabilities]) {
    expect(policy.withConfig({}).evaluate(imageFacts(), policyContext())).toEqual({
      result: 'no-data',
      missing: ['vulnerabilities: push a report of this image'],
    });
  }
});

test('very many reasons are counted, the most severe named', () => {
  const findings = Array.from({ length: 60 }, (_, index) =>
    finding({ id: `CVE-${index}`, severity: index === 59 ? 'critical' : 'high' }),
  );
  const result = fixable({}, ...findings);
  if (result.result !== 'violated') throw new Error('compliant');
  expect(result.reasons).toHaveLength(reasonsAtMost + 1);
  expect(result.reasons[0]?.vulnerability).toBe('CVE-59');
  expect(result.reasons.at(-1)).toEqual({ text: 'and 10 more' });
});

test.each([
  ['published', { publishedAt: now - 11 * day, firstSeenAt: now }, 'violated', undefined],
  ['published', { publishedAt: now - 9 * day, firstSeenAt: now - 99 * day }, 'compliant', now + day],
  ['published', { firstSeenAt: now - 9 * day }, 'compliant', now + day],
  ['first-seen', { publishedAt: now - 99 * day, firstSeenAt: now - 4 * day }, 'compliant', now + 6 * day],
  ['first-seen', { firstSeenAt: now - 10 * day }, 'violated', undefined],
  ['first-seen', { publishedAt: now }, 'violated', undefined],
  ['first-seen', {}, 'violated', undefined],
])('grace of ten days from %s: %j is %s', (graceFrom, times, result, next) => {
  const policy = fixableVulnerabilities.withConfig({ graceDays: 10, graceFrom });
  const facts = imageFacts({ findings: [finding(times)] });
  expect(policy.evaluate(facts, policyContext()).result).toBe(result);
  expect(policy.nextChangeAt(facts, policyContext())).toBe(next);
});

test('between now and the next change the result stays, and there it changes', () => {
  const times = fc.integer({ min: now - 40 * day, max: now + 40 * day });
  const some = fc.array(
    fc.record({ firstSeenAt: times, severity: fc.constantFrom(...severities) }).map((part) => finding(part)),
    { maxLength: 8 },
  );
  const property = fc.property(
    some,
    fc.integer({ min: 0, max: 30 }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    (findings, graceDays, part) => {
      const policy = fixableVulnerabilities.withConfig({ graceDays });
      const facts = imageFacts({ findings });
      const at = (time: number): PolicyResult => policy.evaluate(facts, policyContext({ now: time }));
      const next = policy.nextChangeAt(facts, policyContext());
      const until = next ?? now + 100 * day;
      expect(at(Math.floor(now + part * (until - now - 1)))).toEqual(at(now));
      expect(next === undefined || next > now).toBe(true);
      if (next !== undefined) expect(at(next)).not.toEqual(at(now));
    },
  );
  expect(() => fc.assert(property)).not.toThrow();
});

const catalogue = {
  version: '1',
  releasedAt: undefined,
  entries: new Map([['CVE-2020-9', { name: 'Example flaw', ransomware: false }]]),
};
const highProfile = (config: unknown, part: Parameters<typeof finding>[0]): PolicyResult =>
  highProfileVulnerabilities
    .withConfig(config)
    .evaluate(imageFacts({ findings: [finding(part)] }), policyContext({ knownExploited: catalogue }));

test('high-profile ones are found by id and alias, in any case', () => {
  expect(highProfile({}, { id: 'CVE-2021-44228', severity: 'low', fixedVersions: [] })).toMatchObject({
    reasons: [{ text: 'CVE-2021-44228 (low) in openssl 1.1.1: no fix is known (Log4Shell)' }],
  });
  expect(highProfile({}, { id: 'GHSA-jfh8-c2jp-5v3q', aliases: ['cve-2021-44228'] })).toMatchObject({
    reasons: [{ text: expect.stringContaining('(CVE-2021-44228, Log4Shell)') as string }],
  });
  expect(highProfile({}, { id: 'CVE-2020-1' }).result).toBe('compliant');
  expect(highProfile({ cves: [' cve-2020-1 '] }, { id: 'CVE-2020-1' }).result).toBe('violated');
});

test('the catalogue counts unless it is switched off, and exceptions win', () => {
  expect(highProfile({}, { id: 'CVE-2020-9' })).toMatchObject({
    reasons: [{ text: expect.stringContaining('(Example flaw, known to be exploited)') as string }],
  });
  expect(highProfile({ knownExploited: false }, { id: 'CVE-2020-9' }).result).toBe('compliant');
  expect(highProfile({ except: ['CVE-2020-9'] }, { id: 'CVE-2020-9' }).result).toBe('compliant');
  expect(highProfile({ except: ['CVE-2021-44228'] }, { id: 'CVE-2021-44228' }).result).toBe('compliant');
});

test('hostile names do not reach a terminal', () => {
  const result = fixable(
    {},
    finding({ id: '\u001B[2J\n', package: { name: 'a\u202Eb', version: '\0' }, fixedVersions: ['\r1'] }),
  );
  expect(JSON.stringify(result)).not.toMatch(/\\u00|\\n|\\r|\u202E/);
});
