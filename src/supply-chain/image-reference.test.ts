import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  familiarReferenceText,
  imageReferenceText,
  isDigest,
  parseImageReference,
  repositoryOf,
  tagOf,
  tryImageReference,
} from './image-reference.ts';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

test.each([
  ['nginx', 'docker.io/library/nginx:latest'],
  ['nginx:1.27', 'docker.io/library/nginx:1.27'],
  ['bitnami/redis', 'docker.io/bitnami/redis:latest'],
  ['docker.io/nginx', 'docker.io/library/nginx:latest'],
  ['index.docker.io/library/ubuntu', 'docker.io/library/ubuntu:latest'],
  ['index.docker.io/nginx', 'docker.io/library/nginx:latest'],
  ['localhost/app', 'localhost/app:latest'],
  ['localhost:5000/app:v1', 'localhost:5000/app:v1'],
  ['localhost:5000', 'docker.io/library/localhost:5000'],
  ['ghcr.io/org/team/app:a_b-c.D', 'ghcr.io/org/team/app:a_b-c.D'],
  ['GHCR.io/org/app', 'ghcr.io/org/app:latest'],
  ['Registry/app', 'Registry/app:latest'],
  ['[2001:db8::1]:5000/app', '[2001:db8::1]:5000/app:latest'],
  ['10.0.0.1/app', '10.0.0.1/app:latest'],
  ['a/b__c/d---e/f.g', 'docker.io/a/b__c/d---e/f.g:latest'],
  [`nginx@${digest}`, `docker.io/library/nginx@${digest}`],
  [`nginx:1.27@${digest}`, `docker.io/library/nginx:1.27@${digest}`],
])('%s is %s', (text, full) => {
  expect(imageReferenceText(parseImageReference(text))).toBe(full);
});

test.each([
  ['', 'lower-case letters'],
  [' nginx', 'lower-case letters'],
  ['nginx ', 'lower-case letters'],
  ['Nginx', 'in lower case'],
  ['docker.io/Library/nginx', 'in lower case'],
  ['nginx:', 'a tag has'],
  ['nginx:.1', 'a tag has'],
  [`nginx:${'a'.repeat(129)}`, 'a tag has'],
  ['nginx:a:b', 'no name of a registry|a tag has|lower-case'],
  ['nginx@sha256:abc', 'has to be a digest'],
  [`nginx@${digest.toUpperCase()}`, 'has to be a digest'],
  [`nginx@md5:${'a'.repeat(32)}`, 'has to be a digest'],
  [`nginx@${digest}@${digest}`, 'has to be a digest'],
  [digest.slice('sha256:'.length), "image's id"],
  ['a//b', 'lower-case letters'],
  ['/a', 'lower-case letters'],
  ['a/', 'lower-case letters'],
  ['a..b', 'lower-case letters'],
  ['a___b', 'lower-case letters'],
  ['-a', 'lower-case letters'],
  ['exa_mple.com/a', 'no name of a registry'],
  ['https://ghcr.io/a', 'lower-case|registry'],
  ['a/'.repeat(130) + 'a', 'longer than 255'],
  ['a'.repeat(2000), 'too long'],
  ['ngı̇nx', 'lower-case letters'],
])('%j is refused', (text, reason) => {
  expect(() => parseImageReference(text)).toThrow(new RegExp(reason));
  expect(tryImageReference(text)).toBeUndefined();
});

test('the parts', () => {
  const parsed = parseImageReference(`localhost:5000/a/b:1@${digest}`);
  expect(parsed).toEqual({ registry: 'localhost:5000', path: 'a/b', tag: '1', digest });
  expect(repositoryOf(parsed)).toBe('localhost:5000/a/b');
  expect([tagOf(parsed), tagOf(parseImageReference('a')), tagOf(parseImageReference(`a@${digest}`))]).toEqual([
    '1',
    'latest',
    undefined,
  ]);
});

test('an error says what is wrong with what', () => {
  expect(() => parseImageReference('A b')).toThrow(
    expect.objectContaining({ code: 'IMAGE_REFERENCE', message: expect.stringContaining('"A b"') }),
  );
});

test.each([
  ['docker.io/library/nginx:1', 'nginx:1'],
  ['docker.io/bitnami/redis', 'bitnami/redis:latest'],
  ['docker.io/library/a/b', 'library/a/b:latest'],
  ['docker.io/a.b/c', 'docker.io/a.b/c:latest'],
  ['ghcr.io/a/b:1', 'ghcr.io/a/b:1'],
])('people write %s as %s', (full, short) => {
  expect(familiarReferenceText(parseImageReference(full))).toBe(short);
});

test('digests', () => {
  expect([isDigest(digest), isDigest('sha256:abc'), isDigest(`sha512:${'a'.repeat(128)}`)]).toEqual([
    true,
    false,
    true,
  ]);
});

const word = fc.stringMatching(/^[a-z0-9]{1,8}$/);
const path = fc
  .array(fc.tuple(word, fc.constantFrom('', '.a', '_b', '__c', '--d')), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.map(([text, rest]) => text + rest).join('/'));
const registry = fc.constantFrom(
  '',
  'ghcr.io/',
  'localhost/',
  'localhost:5000/',
  'R.Example.com:443/',
  'docker.io/',
  'Host/',
);
const tag = fc.oneof(
  fc.constant(''),
  fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/).map((text) => `:${text}`),
);
const references = fc.tuple(registry, path, tag, fc.constantFrom('', `@${digest}`)).map((parts) => parts.join(''));

test('what is printed is read as the same, in full and in short', () => {
  fc.assert(
    fc.property(references, (text) => {
      const parsed = parseImageReference(text);
      const full = parseImageReference(imageReferenceText(parsed));
      expect(full).toEqual({ ...parsed, tag: tagOf(parsed) });
      expect(parseImageReference(familiarReferenceText(parsed))).toEqual(full);
      expect(imageReferenceText(full)).toBe(imageReferenceText(parsed));
    }),
  );
});

test('any text is read or refused', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        references.map((text) => `${text}/`),
        fc.string({ unit: 'binary' }),
      ),
      (text) => {
        const parsed = tryImageReference(text);
        if (parsed !== undefined) expect(tryImageReference(imageReferenceText(parsed))).toBeDefined();
      },
    ),
  );
});
