import { expect, test } from 'vitest';
import type { Finding, VexStatement } from '../report.ts';
import { applyVex, type VexImage } from './vex.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const otherDigest = `sha256:${'b'.repeat(64)}`;
const image: VexImage = { reference: 'ghcr.io/org/app:1.2', digest };

const openssl: Finding = {
  id: 'CVE-1',
  aliases: ['GHSA-a'],
  package: {
    name: 'openssl',
    version: '1:1.1-2',
    purl: 'pkg:deb/debian/openssl@1.1-2?arch=amd64&epoch=1&distro=debian-12',
  },
  severity: 'high',
  fixedVersions: [],
};
const commons: Finding = {
  id: 'CVE-1',
  aliases: [],
  package: { name: 'org.apache:commons', version: '1.0' },
  severity: 'low',
  fixedVersions: [],
};

function statement(products: string[], rest: Partial<VexStatement> = {}): VexStatement {
  return { id: 'CVE-1', aliases: [], status: 'not_affected', products, ...rest };
}

const left = (statements: VexStatement[], of: VexImage = image) =>
  applyVex([openssl, commons], statements, of).map(({ package: { name } }) => name);

const all = ['openssl', 'org.apache:commons'];

test.each(['not_affected', 'false_positive', 'fixed'] as const)('what is %s is taken out', (status) => {
  expect(left([statement([], { status })])).toEqual([]);
});

test.each(['affected', 'under_investigation'] as const)('what is %s stays', (status) => {
  expect(left([statement([], { status })])).toEqual(all);
});

test('by the id or any alias, in any case', () => {
  expect(left([statement([], { id: 'ghsa-A' })])).toEqual(['org.apache:commons']);
  expect(left([statement([], { id: 'X', aliases: ['cve-1'] })])).toEqual([]);
  expect(left([statement([], { id: 'CVE-2' })])).toEqual(all);
  expect(left([])).toEqual(all);
});

test('of several statements the last one holds', () => {
  expect(left([statement([]), statement(['pkg:deb/debian/openssl'], { status: 'affected' })])).toEqual(['openssl']);
  expect(left([statement([], { status: 'affected' }), statement([])])).toEqual([]);
});

test.each([
  'ghcr.io/org/app:1.2',
  'ghcr.io/org/app',
  `ghcr.io/org/app@${digest}`,
  digest,
  'pkg:oci/app',
  `pkg:oci/app@${encodeURIComponent(digest)}`,
  `pkg:oci/app@${digest}?arch=amd64&repository_url=ghcr.io/org/app`,
  'pkg:oci/app?repository_url=ghcr.io%2Forg%2Fapp&tag=1.2',
  'pkg:oci/app?repository_url=https://ghcr.io/org',
  'pkg:docker/org/app@1.2?repository_url=ghcr.io',
])('%s is the image', (product) => {
  expect(left([statement([product])])).toEqual([]);
});

test.each([
  'ghcr.io/org/app:1.3',
  'ghcr.io/org/application',
  'org/app',
  `ghcr.io/org/app@${otherDigest}`,
  otherDigest,
  'pkg:oci/application',
  `pkg:oci/app@${otherDigest}`,
  'pkg:oci/app?tag=1.3',
  'pkg:oci/app?repository_url=quay.io/org/app',
  'pkg:docker/org/app',
  'https://example.com/app',
])('%s is not the image', (product) => {
  expect(left([statement([product])])).toEqual(all);
});

test('an image at Docker Hub, by a name of any length', () => {
  const nginx = { reference: 'nginx' };
  for (const product of [
    'nginx',
    'docker.io/library/nginx:latest',
    'pkg:docker/nginx@latest',
    'pkg:oci/nginx?repository_url=index.docker.io/library/nginx',
  ]) {
    expect(left([statement([product])], nginx)).toEqual([]);
  }
  expect(left([statement([`nginx@${digest}`])], nginx)).toEqual(all);
});

test('every tag of the image counts', () => {
  expect(left([statement(['ghcr.io/org/app:stable'])], { ...image, tags: ['stable'] })).toEqual([]);
});

test('nothing is known of an image without a name', () => {
  expect(left([statement(['pkg:oci/app', 'app', digest])], {})).toEqual(all);
});

test.each([
  'pkg:deb/debian/openssl',
  'pkg:deb/debian/openssl@1.1-2',
  'pkg:deb/debian/openssl@1:1.1-2',
  'pkg:deb/debian/openssl@1.1-2?epoch=1',
  'pkg:deb/debian/openssl?arch=amd64',
  'pkg:deb/debian/openssl@1.1-2?vcs_url=any',
])('%s is the package', (product) => {
  expect(left([statement([product])])).toEqual(['org.apache:commons']);
});

test.each([
  'pkg:deb/debian/openssl@1.1-3',
  'pkg:deb/ubuntu/openssl',
  'pkg:rpm/debian/openssl',
  'pkg:deb/debian/openssl?arch=arm64',
  'pkg:deb/debian/libssl',
  'openssl',
])('%s is not the package', (product) => {
  expect(left([statement([product])])).toEqual(all);
});

test('a package without a purl is known by its printed name and version', () => {
  expect(left([statement(['pkg:maven/org.apache/commons@1.0'])])).toEqual(['openssl']);
  expect(left([statement(['pkg:maven/org.apache/commons'])])).toEqual(['openssl']);
  expect(left([statement(['pkg:maven/org.apache/commons@2.0'])])).toEqual(all);
});

test('packages inside of an image: both have to be meant', () => {
  const parts = { subcomponents: ['pkg:deb/debian/openssl'] };
  expect(left([statement(['pkg:oci/app'], parts)])).toEqual(['org.apache:commons']);
  expect(left([statement([], parts)])).toEqual(['org.apache:commons']);
  expect(left([statement(['pkg:oci/other'], parts)])).toEqual(all);
  expect(left([statement(['pkg:deb/debian/openssl'], parts)])).toEqual(all);
});
