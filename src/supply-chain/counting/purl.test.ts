import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parsePurl, purlName, purlVersion } from './purl.ts';

test.each([
  ['pkg:npm/lodash@4.17.21', 'lodash', '4.17.21'],
  ['pkg:npm/%40babel/core@7.0.0', '@babel/core', '7.0.0'],
  ['pkg:npm/@babel/core@7.0.0', '@babel/core', '7.0.0'],
  ['pkg:npm/@babel/core', '@babel/core', ''],
  ['pkg:deb/debian/tar@1.30%2Bdfsg-6?arch=amd64', 'tar', '1.30+dfsg-6'],
  ['pkg:deb/debian/libcairo2@8:6.9?arch=all', 'libcairo2', '8:6.9'],
  ['pkg:deb/ubuntu/libpcre3@8.39-13?arch=amd64&epoch=2', 'libpcre3', '2:8.39-13'],
  ['pkg:apk/alpine/musl@1.1', 'musl', '1.1'],
  ['pkg:rpm/rhel/avahi-libs@0.7-20.el8?arch=x86_64', 'avahi-libs', '0.7-20.el8'],
  ['pkg:maven/org.apache.commons/commons-compress@1.21', 'org.apache.commons/commons-compress', '1.21'],
  ['pkg:golang/golang.org/x/net@v0.7.0#http2', 'golang.org/x/net', 'v0.7.0'],
  ['pkg:deb/ubuntu/libstdc%2B%2B6@12', 'libstdc++6', '12'],
  ['pkg://npm/a@1', 'a', '1'],
  ['PKG:NPM/a@1', 'a', '1'],
  ['pkg:npm/a@%E0%A4%A', 'a', '%E0%A4%A'],
])('%s is %s, version %j', (text, name, version) => {
  const purl = parsePurl(text);
  expect(purl && [purlName(purl), purlVersion(purl)]).toEqual([name, version]);
});

test.each(['', 'lodash', 'pkg:', 'pkg:npm', 'pkg:npm/', 'pkg:npm//', 'http://pkg:npm/a', 'pkg:npm/?a=b'])(
  '%j is none',
  (text) => {
    expect(parsePurl(text)).toBeUndefined();
  },
);

test('qualifiers', () => {
  const purl = parsePurl('pkg:oci/app@sha256%3Aabc?Repository_URL=ghcr.io%2Forg%2Fapp&tag=&__proto__=1&x=a=b');
  expect(purl?.version).toBe('sha256:abc');
  expect([...(purl?.qualifiers ?? [])]).toEqual([
    ['repository_url', 'ghcr.io/org/app'],
    ['__proto__', '1'],
    ['x', 'a=b'],
  ]);
});

test('any text is read or not, without an error', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.string().map((text) => `pkg:npm/${text}`)), (text) => {
    const purl = parsePurl(text);
    if (purl !== undefined) expect(purl.name).not.toBe('');
  })); // prettier-ignore
});
