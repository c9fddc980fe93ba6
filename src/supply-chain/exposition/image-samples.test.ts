import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseExposition } from '../../../test/support/exposition-parser.ts';
import type { Exposition } from '../../../test/support/exposition.ts';
import { writeExposition } from '../../metrics/exposition.ts';
import { finding, imageFacts, now } from '../policies/test-kit/facts.ts';
import { severities } from '../report.ts';
import { imageMetrics } from './image-metrics.ts';
import { imageSamples, type ImageSamplesInput, type ImageState } from './image-samples.ts';

const image = (part: Parameters<typeof imageFacts>[0], more: Partial<ImageState> = {}): ImageState => ({
  facts: imageFacts(part),
  policies: new Map(),
  grade: undefined,
  ...more,
});
const knownExploited = {
  version: '',
  releasedAt: undefined,
  entries: new Map([['CVE-1', { name: '', ransomware: false }]]),
};
const bodyOf = (input: Partial<ImageSamplesInput>): string =>
  writeExposition(
    imageSamples({
      org: 'acme',
      images: [],
      knownExploited: undefined,
      imagesAtMost: 100,
      vulnerabilitiesAtMost: 0,
      ...input,
    }),
    { format: 'text', namespace: '', globalLabels: '' },
  );
const read = (input: Partial<ImageSamplesInput>): Exposition => parseExposition(bodyOf(input), 'prometheus');

const full = image(
  {
    digest: 'sha256:full',
    repositories: ['docker.io/library/app', 'ghcr.io/acme/app'],
    tags: ['b', 'a'],
    base: { name: 'node:22' },
    scanner: { name: 'trivy', version: '1' },
    scannedAt: now,
    databaseAt: now - 500,
    running: true,
    findings: [
      finding({ id: 'CVE-1' }),
      finding({ id: 'CVE-2', severity: 'low', fixedVersions: [] }),
      finding({ id: 'CVE-3', severity: 'low' }),
    ],
  },
  { policies: new Map([['p', 'violated']]), grade: 'C' },
);

test('an image that everything is known of', () => {
  const found = read({ images: [full], knownExploited });
  const base = { org: 'acme', digest: 'sha256:full', running: 'true' };
  const rows = (name: string): unknown[] => found.find(name).map(({ labels, value }) => [labels, value]);
  const info = { org: 'acme', digest: 'sha256:full', tags: 'a,b', base: 'node:22', scanner: 'trivy' };
  expect(rows('tallyman_image_info')).toEqual([
    [{ ...info, repository: 'docker.io/library/app' }, 1],
    [{ ...info, repository: 'ghcr.io/acme/app' }, 1],
  ]);
  expect(rows('tallyman_image_vulnerabilities')).toHaveLength(2 * severities.length);
  expect(rows('tallyman_image_vulnerabilities')).toEqual(
    expect.arrayContaining([
      [{ ...base, severity: 'critical', fixable: 'true' }, 1],
      [{ ...base, severity: 'critical', fixable: 'false' }, 0],
      [{ ...base, severity: 'low', fixable: 'true' }, 1],
      [{ ...base, severity: 'low', fixable: 'false' }, 1],
    ]),
  );
  expect(rows('tallyman_image_known_exploited_vulnerabilities')).toEqual([[base, 1]]);
  expect(rows('tallyman_image_scan_timestamp_seconds')).toEqual([[base, now / 1000]]);
  expect(rows('tallyman_image_scanner_database_timestamp_seconds')).toEqual([[base, now / 1000 - 0.5]]);
  expect(rows('tallyman_image_policy_result')).toEqual([[{ ...base, id: 'p', result: 'violated' }, 1]]);
  expect(rows('tallyman_image_health_grade')).toEqual([[{ ...base, grade: 'C' }, 1]]);
  expect(rows('tallyman_image_vulnerability_info')).toEqual([]);
  expect(rows('tallyman_image_omitted_images')).toEqual([[{ org: 'acme' }, 0]]);
  expect(rows('tallyman_image_omitted_vulnerabilities')).toEqual([]);
});

test('what is not known has no series', () => {
  const found = read({ images: [image({})], knownExploited });
  expect([...found.families.keys()]).toEqual(['tallyman_image_info', 'tallyman_image_omitted_images']);
});

test('single vulnerabilities only when asked for, the most severe of what runs first, and the rest counted', () => {
  const idle = image({ digest: 'sha256:idle', findings: [finding({ id: 'CVE-9' }), finding({ id: 'CVE-8' })] });
  const found = read({ images: [idle, full], vulnerabilitiesAtMost: 4 });
  expect(found.find('tallyman_image_vulnerability_info').map(({ labels }) => labels['vulnerability'])).toEqual([
    'CVE-1',
    'CVE-2',
    'CVE-3',
    'CVE-8',
  ]);
  expect(found.find('tallyman_image_omitted_vulnerabilities')[0]?.value).toBe(1);
});

test('images beyond the bound are counted', () => {
  const images = ['a', 'b', 'c'].map((digest) => image({ digest, running: digest === 'c' }));
  const found = read({ images, imagesAtMost: 2 });
  expect(found.find('tallyman_image_info').map(({ labels }) => labels['digest'])).toEqual(['c', 'a']);
  expect(found.find('tallyman_image_omitted_images')[0]?.value).toBe(1);
});

test('only declared families and labels', () => {
  const found = read({ images: [full], knownExploited, vulnerabilitiesAtMost: 10 });
  expect([...found.families.keys()].toSorted()).toEqual(imageMetrics.map(({ name }) => name).toSorted());
  for (const { name, labels } of imageMetrics) {
    for (const sample of found.find(name)) expect(Object.keys(sample.labels)).toEqual(labels);
  }
});

test('promtool has nothing to say of it, where there is one', () => {
  const body = bodyOf({ images: [full], knownExploited, vulnerabilitiesAtMost: 10 });
  expect(lint(body)).toBe('');
});

/** What promtool complains of; nothing where it is not installed. */
function lint(body: string): string {
  try {
    return execFileSync('promtool', ['check', 'metrics'], { input: body, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { code, stderr, stdout } = error as { code?: string; stderr?: string; stdout?: string };
    return code === 'ENOENT' ? '' : `${stdout ?? ''}${stderr ?? ''}`;
  }
}

test('hostile and very long texts give a body that can be read, without a series twice', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.constantFrom('x'.repeat(300), `${'x'.repeat(300)}y`, '"\\\n', '\uD800', ''),
  );
  const some = fc.uniqueArray(
    fc.record({
      digest: text,
      repositories: fc.array(text, { maxLength: 3 }),
      tags: fc.array(text, { maxLength: 3 }),
      findings: fc.array(
        fc.record({ id: text, package: fc.record({ name: text, version: text }) }).map((part) => finding(part)),
        { maxLength: 5 },
      ),
    }),
    { selector: ({ digest }) => digest.toWellFormed().slice(0, 256), maxLength: 4 },
  );
  const property = fc.property(some, fc.nat({ max: 10 }), (parts, vulnerabilitiesAtMost) => {
    const input = { images: parts.map((part) => image(part)), vulnerabilitiesAtMost };
    const found = parseExposition(Buffer.from(bodyOf(input)).toString(), 'prometheus');
    const shown = found.find('tallyman_image_vulnerability_info').length;
    expect(shown).toBeLessThanOrEqual(vulnerabilitiesAtMost);
    const omitted = found.find('tallyman_image_omitted_vulnerabilities')[0]?.value;
    const total = parts.reduce((sum, { findings }) => sum + findings.length, 0);
    expect(vulnerabilitiesAtMost === 0 ? undefined : total - shown).toBe(omitted);
  });
  expect(() => fc.assert(property)).not.toThrow();
});
