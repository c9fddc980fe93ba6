import { expect, test } from 'vitest';
import type { ImageFacts } from '../image-facts.ts';
import { approvedBaseImages } from './approved-base-images.ts';
import type { KnownBase } from './policy.ts';
import { staleBaseImages } from './stale-base-images.ts';
import { day, imageFacts, now, policyContext } from './test-kit/facts.ts';

const approved = (name: string, ...allowed: string[]): string =>
  approvedBaseImages
    .withConfig(allowed.length === 0 ? {} : { allowed })
    .evaluate(imageFacts({ base: { name } }), policyContext()).result;

test.each([
  'node',
  'node:22-alpine',
  'library/node:22',
  'docker.io/node',
  'docker.io/library/node:22@sha256:abc',
  'index.docker.io/library/node',
  'gcr.io/distroless/static-debian12:nonroot',
  'registry.access.redhat.com/ubi9/ubi-minimal',
  'mcr.microsoft.com/dotnet/aspnet:9.0',
  'scratch',
])('%s is allowed by default', (name) => {
  expect(approved(name)).toBe('compliant');
});

test.each([
  'someone/node',
  'docker.io/someone/node',
  'ghcr.io/library/node',
  'localhost/node',
  'localhost:5000/library/node',
])('%j is not', (name) => {
  expect(approved(name)).toBe('violated');
});

test.each([
  ['node:22', 'node:22', true],
  ['node:22', 'node:22@sha256:abc', true],
  ['node:22', 'node:20', false],
  ['node:22*', 'node:22-alpine', true],
  ['node:22', 'node', false],
  ['node:latest', 'node', true],
  ['node', 'node:20', true],
  ['bitnami/*', 'docker.io/bitnami/redis:7', true],
  ['bitnami/*', 'bitnami/a/b', false],
  ['*', 'any.example/x/y:1', true],
  ['**', 'any.example/x/y:1', true],
  ['*.example/base/**', 'eu.example/base/x/y:1', true],
  ['registry.example:5000/base', 'registry.example:5000/base:1', true],
  ['registry.example:5000/base:1', 'registry.example:5000/base:2', false],
  ['node:22', 'node@sha256:abc', false],
])('%s allows %s: %s', (pattern, name, expected) => {
  expect(approved(name, pattern)).toBe(expected ? 'compliant' : 'violated');
});

test.each([[approvedBaseImages], [staleBaseImages]])('no base known is no data: $0.id', (policy) => {
  for (const base of [undefined, { name: '' }]) {
    expect(policy.withConfig({}).evaluate(imageFacts({ base }), policyContext())).toEqual({
      result: 'no-data',
      missing: [expect.stringContaining('org.opencontainers.image.base.name')],
    });
  }
});

const known: KnownBase = {
  current: ['sha256:index', 'sha256:amd64'],
  currentSince: now - day,
  earlier: ['sha256:old'],
};
const stale = (facts: Partial<ImageFacts>, base: KnownBase | undefined = known): string => {
  const context = policyContext({ knownBase: (name) => (name === 'node:22' ? base : undefined) });
  return staleBaseImages.withConfig({}).evaluate(imageFacts(facts), context).result;
};
const on = (digest?: string, name = 'node:22'): Partial<ImageFacts> => ({ base: { name, digest } });

test('the base is what its tag points to', () => {
  expect(stale(on('sha256:amd64'))).toBe('compliant');
  expect(stale(on('sha256:index'))).toBe('compliant');
  expect(stale(on('sha256:old'))).toBe('violated');
  expect(stale({ base: { name: 'scratch' } })).toBe('compliant');
});

test('a digest never seen is old only if the image is older than what is known', () => {
  expect(stale({ ...on('sha256:other'), createdAt: now - 2 * day })).toBe('violated');
  expect(stale({ ...on('sha256:other'), createdAt: now })).toBe('no-data');
  expect(stale(on('sha256:other'))).toBe('no-data');
});

test('what is missing is no data', () => {
  expect(stale(on(undefined))).toBe('no-data');
  expect(stale(on('sha256:old', 'other:1'))).toBe('no-data');
  expect(stale(on('sha256:old'), { ...known, current: [] })).toBe('no-data');
});

test('the reason names both digests', () => {
  const context = policyContext({ knownBase: () => known });
  expect(staleBaseImages.withConfig({}).evaluate(imageFacts(on('sha256:old')), context)).toMatchObject({
    reasons: [
      { text: expect.stringMatching(/node:22 is sha256:old, and the tag points to sha256:index now/) as string },
    ],
  });
});
