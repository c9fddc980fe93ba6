import { describe, expect, test } from 'vitest';
import { hasRealReports, noRealReports, readRealReport } from '../../../test/support/sample-reports.ts';
import { countFindings } from '../counting/count-findings.ts';
import { readReport } from './read-report.ts';

/** Critical, high, medium, low, unspecified; and the pairs. */
const figures: [string, string, number[], number][] = [
  ['trivy-juice-shop-10.2.0.json', 'trivy', [22, 100, 64, 11, 0], 197],
  ['trivy-no-results.json', 'trivy', [0, 0, 0, 0, 0], 0],
  ['trivy-alpine-310.json', 'trivy', [0, 0, 4, 0, 0], 4],
  ['trivy-alpine-310.sarif', 'sarif', [0, 0, 4, 0, 0], 4],
  ['gitlab-alpine-310.json', 'gitlab', [0, 0, 4, 0, 0], 4],
  ['grype-python-3.6.json', 'grype', [0, 32, 613, 788, 76], 1509],
  ['grype-ubi8-missing-severity.json', 'grype', [1, 18, 13, 2, 1], 35],
  ['osv-scanner-many.json', 'osv-scanner', [5, 18, 14, 0, 0], 37],
  ['cyclonedx-ubuntu.json', 'cyclonedx', [0, 0, 1, 13, 0], 14],
  ['scout-1.15.sarif', 'sarif', [4, 17, 0, 0, 0], 21],
];

const read = (name: string) => readReport(readRealReport(name));

describe.skipIf(!hasRealReports)(`real reports${hasRealReports ? '' : ` (skipped: ${noRealReports})`}`, () => {
  test.each(figures)('%s is of the format %s, with %j', async (name, format, counts, pairs) => {
    const report = await read(name);
    expect(report.format).toBe(format);
    expect(Object.values(countFindings(report.findings ?? []))).toEqual(counts);
    expect(report.findings).toHaveLength(pairs);
  });

  test('an SBOM has packages and licences, and no figures', async () => {
    const { format, formatVersion, findings, packages, image } = await read('cyclonedx-sbom-juice-shop.json');
    expect({ format, formatVersion, findings, image }).toEqual({
      format: 'cyclonedx',
      formatVersion: '1.2',
      findings: undefined,
      image: {},
    });
    expect(packages).toHaveLength(840);
    expect(packages?.[0]).toEqual({
      name: 'body-parser',
      version: '1.19.0',
      purl: 'pkg:npm/body-parser@1.19.0',
      licenses: ['MIT'],
    });
  });

  test('one image in three formats has the same pairs with the same fixes', async () => {
    const pairs = async (name: string) =>
      (await read(name)).findings
        ?.map(({ id, package: { name, version }, severity, fixedVersions }) =>
          [id, name, version, severity, ...fixedVersions].join(' '),
        ) // prettier-ignore
        .toSorted();
    const trivy = await pairs('trivy-alpine-310.json');
    expect(trivy?.[0]).toBe('CVE-2019-1549 libcrypto1.1 1.1.1c-r0 medium 1.1.1d-r0');
    expect(await pairs('trivy-alpine-310.sarif')).toEqual(trivy);
    expect(await pairs('gitlab-alpine-310.json')).toEqual(trivy);
  });

  test('what Trivy says of the image', async () => {
    const { image, scanner, createdAt } = await read('trivy-juice-shop-10.2.0.json');
    expect(image).toMatchObject({
      reference: 'bkimminich/juice-shop:v10.2.0',
      digest: 'sha256:b1802758946aa40549b98ee6b8f93e9b92d0a6bf7aed139284893466be9c5065',
      imageId: 'sha256:21ef0dc04325e8ee21e385dc672460ed6b5c058cef1fedb84086ed5fca3f91cd',
      user: 'juicer',
      createdAt: Date.UTC(2020, 3, 22, 11, 53, 35, 152),
    });
    expect(image.labels?.['org.opencontainers.image.version']).toBe('10.2.0');
    expect([scanner, createdAt]).toEqual([{ name: 'Trivy', version: '' }, Date.UTC(2024, 9, 28, 15, 18, 53, 825)]);
  });

  test('an archive is no name of an image: its tags are; the id of the image is no digest', async () => {
    for (const name of ['trivy-alpine-310.json', 'trivy-alpine-310.sarif']) {
      expect((await read(name)).image).toMatchObject({
        reference: 'ghcr.io/aquasecurity/trivy-test-images:alpine-310',
        digest: undefined,
        imageId: 'sha256:961769676411f082461f9ef46626dd7a2d1e2b2a38e6a44364bcbecf51e66dd4',
      });
    }
    expect((await read('gitlab-alpine-310.json')).image.reference).toBeUndefined();
  });

  test('what Grype says of the image and of its database', async () => {
    const { image, scanner, createdAt, databaseAt } = await read('grype-ubi8-missing-severity.json');
    expect(image).toMatchObject({
      reference: 'quay.io/cloudservices/xjoin-kafka-connect-strimzi:latest',
      digest: 'sha256:97e6d5aeed19f627205b218f45b284cd01ff658dd181416ab1d3e21aeb28d68e',
      imageId: 'sha256:7998b6425ee34508b5b9b02a038ed7ccaab47ecb60fc2c7f0259f964fdf80a70',
      user: '1001',
    });
    expect(image.labels?.['vendor']).toBe('Red Hat, Inc.');
    expect([scanner, createdAt, databaseAt]).toEqual([
      { name: 'Grype', version: '0.96.0' },
      Date.UTC(2024, 1, 22, 18, 46, 26, 372),
      Date.UTC(2024, 1, 22, 1, 23, 26),
    ]);
    expect((await read('grype-python-3.6.json')).image).toMatchObject({ user: '', reference: 'python:3.6' });
  });

  test('what CycloneDX says of the image', async () => {
    const { image, scanner, packages } = await read('cyclonedx-ubuntu.json');
    expect(image).toMatchObject({
      reference: 'ubuntu:latest',
      digest: 'sha256:6042500cf4b44023ea1894effe7890666b0c5c7871ed83a97c36c76ae560bb9b',
      imageId: 'sha256:174c8c134b2a94b5bb0b37d9a2b6ba0663d82d23ebf62bd51f74a2fd457333da',
      user: undefined,
    });
    expect(scanner).toEqual({ name: 'trivy', version: '0.48.1' });
    // 102 components, of which one is the distribution.
    expect(packages).toHaveLength(101);
  });

  test('a commit is a package, and an advisory is shown by its CVE', async () => {
    const { findings } = await read('osv-scanner-many.json');
    expect(findings).toContainEqual(
      expect.objectContaining({
        id: 'CVE-2023-50094',
        package: { name: 'f5f3c22f3ed5a6804a2a8d9ee9fa43044cfa24a6', version: '' },
        severity: 'high',
      }),
    );
    expect(findings?.[0]).toMatchObject({
      id: 'CVE-2022-31090',
      aliases: ['GHSA-25mq-v84q-4j7r'],
      fixedVersions: ['6.5.8', '7.4.5'],
    });
    expect(findings?.every(({ id }) => id.startsWith('CVE-'))).toBe(true);
  });

  test('Docker Scout does not name its image', async () => {
    const { image, findings } = await read('scout-1.15.sarif');
    expect(image).toEqual({});
    expect(findings?.[0]).toMatchObject({
      id: 'CVE-2024-28219',
      package: { name: 'pillow', version: '9.4.0', purl: 'pkg:pypi/pillow@9.4.0' },
      fixedVersions: ['10.3.0'],
    });
  });
});
