import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readSmallReport } from '../../../test/support/sample-reports.ts';
import { countFindings } from '../counting/count-findings.ts';
import type { Report } from '../report.ts';
import { readReport, type ReadReportOptions } from './read-report.ts';
import { ReportFault } from './report-fault.ts';

const read = (report: unknown, options?: ReadReportOptions) => readReport(Buffer.from(JSON.stringify(report)), options);

const readSmall = (name: string) => readReport(readSmallReport(name));

async function faultOf(report: unknown, options?: ReadReportOptions): Promise<ReportFault> {
  const fault = await read(report, options).catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(ReportFault);
  return fault as ReportFault;
}

/** `id aliases | package version | severity | fixes` */
const printed = ({ findings }: Report) =>
  findings?.map(({ id, aliases, package: { name, version }, severity, fixedVersions }) =>
    [[id, ...aliases].join(' '), `${name} ${version}`, severity, fixedVersions.join(' ')].join(' | '),
  );

const trivy = (vulnerabilities: unknown, rest: object = {}) => ({
  SchemaVersion: 2,
  ArtifactName: 'a',
  Results: [{ Target: 'a', Vulnerabilities: vulnerabilities }],
  ...rest,
});

const vulnerability = { VulnerabilityID: 'CVE-1', PkgName: 'a', InstalledVersion: '1', Severity: 'HIGH' };

describe('a report is known by its content', () => {
  test.each([
    ['trivy-legacy.json', 'trivy-legacy'],
    ['trivy-packages.json', 'trivy'],
    ['grype.sarif', 'sarif'],
    ['scout.sarif', 'sarif'],
    ['cyclonedx-nested.json', 'cyclonedx'],
    ['cyclonedx-vex.json', 'cyclonedx'],
    ['spdx-2.3.json', 'spdx'],
    ['openvex.json', 'openvex'],
    ['osv-image.json', 'osv-scanner'],
    ['gitlab-15.json', 'gitlab'],
    ['provenance-v1.json', 'provenance'],
    ['provenance-dsse.json', 'provenance'],
  ])('%s is %s, in whatever order its names are', async (name, format) => {
    const report = await readSmall(name);
    expect(report.format).toBe(format);
    const reversed = reverseNames(JSON.parse(Buffer.from(readSmallReport(name)).toString()));
    expect(await read(reversed)).toEqual(report);
  });

  test('from a stream, and packed', async () => {
    const bytes = readSmallReport('trivy-packages.json');
    const report = await readReport(bytes);
    expect(await readReport(Readable.from(Array.from(bytes, (byte) => Buffer.from([byte]))))).toEqual(report);
    expect(await readReport(gzipSync(bytes))).toEqual(report);
  });

  test.each([
    [{}],
    [[]],
    [null],
    [5],
    ['text'],
    [{ results: [], errors: [], version: '1.0' }],
    [{ results: { failed: [] } }],
    [[{ Target: 'a' }, 5]],
    [{ vulnerabilities: [], version: '15.0.0' }],
    [{ matches: [] }],
    [{ '@context': 'https://w3id.org/security/v1' }],
    [{ apiVersion: 'v1', kind: 'List', items: [] }],
    [{ __proto__: null, SchemaVersion: 2 }],
    [JSON.parse('{"__proto__": {"SchemaVersion": 2, "Results": []}}')],
  ])('%j is none', async (report) => {
    expect(await faultOf(report)).toMatchObject({ code: 'REPORT_UNKNOWN', place: { line: 1, column: 1 }, path: '$' });
  });

  test('what is none says what it has', async () => {
    expect((await faultOf({ apiVersion: 'v1', kind: 'List' })).message).toContain('"apiVersion", "kind"');
  });

  test.each([
    [trivy([], { SchemaVersion: 3 }), '$.SchemaVersion'],
    [trivy([], { SchemaVersion: '2' }), '$.SchemaVersion'],
    [{ bomFormat: 'CycloneDX', specVersion: '2.0', components: [] }, '$.specVersion'],
    [{ bomFormat: 'CycloneDX', specVersion: '1.1', components: [] }, '$.specVersion'],
    [{ spdxVersion: 'SPDX-3.0', packages: [] }, '$.spdxVersion'],
    [{ spdxVersion: 'SPDX-2.1', packages: [] }, '$.spdxVersion'],
    [{ '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld', '@graph': [] }, '$.spdxVersion'],
    [{ version: '2.2.0', runs: [] }, '$.version'],
    [{ version: '16.0.0', scan: {}, vulnerabilities: [] }, '$.version'],
    [{ version: '13.1.0', scan: {}, vulnerabilities: [] }, '$.version'],
    [{ '@context': 'https://openvex.dev/ns/v1.0.0', statements: [] }, '$["@context"]'],
  ])('%j is of a version that is not known', async (report, path) => {
    expect(await faultOf(report)).toMatchObject({ code: 'REPORT_VERSION', path });
  });
});

describe('what is wrong is refused, with the reason and the place', () => {
  test.each([
    [trivy([{ PkgName: 'a' }]), '$.Results[0].Vulnerabilities[0].VulnerabilityID', 'expected string'],
    [trivy([vulnerability, { ...vulnerability, Severity: 4 }]), '$.Results[0].Vulnerabilities[1].Severity', 'string'],
    [trivy([{ ...vulnerability, PkgName: {} }]), '$.Results[0].Vulnerabilities[0].PkgName', 'string'],
    [trivy([null]), '$.Results[0].Vulnerabilities[0]', 'expected object'],
    [trivy(['CVE-1']), '$.Results[0].Vulnerabilities[0]', 'expected object'],
    [trivy({}), '$.Results[0].Vulnerabilities', 'expected array'],
    [
      trivy([{ ...vulnerability, VulnerabilityID: 'x'.repeat(5000) }]),
      '$.Results[0].Vulnerabilities[0].VulnerabilityID',
      'Too big',
    ],
    [trivy([], { Results: 'none' }), '$.Results', 'array'],
    [{ matches: [{ vulnerability: { id: 'CVE-1' } }], source: null }, '$.matches[0].artifact', 'object'],
    [{ matches: 5, descriptor: {} }, '$.matches', 'array'],
    [{ bomFormat: 'Other', specVersion: '1.5' }, '$.bomFormat', 'CycloneDX'],
    [{ bomFormat: 'CycloneDX' }, '$.specVersion', 'string'],
    [
      { bomFormat: 'CycloneDX', specVersion: '1.5', components: [], vulnerabilities: [{ id: 'a', affects: [{}] }] },
      '$.vulnerabilities[0].affects[0].ref',
      'string',
    ],
    [{ results: [{ packages: [{ package: null }] }] }, '$.results[0].packages[0].package', 'object'],
    [
      { version: '15.0.0', scan: { type: 'container_scanning' }, vulnerabilities: [{ id: 'a' }] },
      '$.vulnerabilities[0].location',
      'object',
    ],
    [
      { '@context': 'https://openvex.dev/ns', statements: [{ vulnerability: 'CVE-1', status: 'perhaps' }] },
      '$.statements[0].status',
      'expected one of',
    ],
    [
      { '@context': 'https://openvex.dev/ns', statements: [{ vulnerability: {}, status: 'fixed' }] },
      '$.statements[0].vulnerability',
      '',
    ],
    [{ '@context': 'https://openvex.dev/ns' }, '$.statements', 'array'],
    [{ version: '2.1.0', runs: null }, '$.runs', 'array'],
  ])('%j', async (report, path, reason) => {
    const fault = await faultOf(report);
    expect(fault).toMatchObject({ code: 'REPORT_INVALID', path, place: { line: 1 } });
    expect(fault.message).toContain(reason);
    expect(fault.message).toContain(`: ${path})`);
  });

  test('the place is that of the entry', async () => {
    const json = JSON.stringify(trivy([vulnerability, { PkgName: 'a' }]), undefined, 1);
    const fault = await readReport(Buffer.from(json)).catch((error: unknown) => error as ReportFault);
    const offset = json.lastIndexOf('{');
    const line = json.slice(0, offset).split('\n').length;
    expect(fault).toMatchObject({ place: { offset, line, column: 5 } });
  });

  test('a name that counts and is there twice', async () => {
    const json = '{"SchemaVersion": 2, "ArtifactName": "a", "Results": [], "Results": [{"Target": "a"}]}';
    await expect(readReport(Buffer.from(json))).rejects.toMatchObject({ code: 'REPORT_INVALID', path: '$.Results' });
  });

  test('more than the limits', async () => {
    const many = Array.from({ length: 10 }, (_, index) => ({
      ...vulnerability,
      VulnerabilityID: `CVE-${String(index)}`,
    }));
    await expect(read(trivy(many), { limits: { findings: 10 } })).resolves.toBeDefined();
    expect(await faultOf(trivy(many), { limits: { findings: 9 } })).toMatchObject({ code: 'REPORT_TOO_LARGE' });
    expect(await faultOf(trivy(many), { limits: { bytes: 200 } })).toMatchObject({ code: 'REPORT_TOO_LARGE' });
    const packages = { spdxVersion: 'SPDX-2.3', packages: [{ name: 'a' }, { name: 'b' }] };
    expect(await faultOf(packages, { limits: { packages: 1 } })).toMatchObject({ code: 'REPORT_TOO_LARGE' });
  });

  test('what is only shown may be of any form', async () => {
    const report = await read(trivy([{ ...vulnerability, Title: 5, PrimaryURL: ['x'], PublishedDate: {} }]));
    expect(report.findings?.[0]).toMatchObject({ title: undefined, url: undefined, publishedAt: undefined });
  });

  test('a link that is no link is not shown', async () => {
    const report = await read(trivy([{ ...vulnerability, PrimaryURL: 'javascript:alert(1)' }]));
    expect(report.findings?.[0]?.url).toBeUndefined();
  });
});

describe('Trivy', () => {
  test('states, suppressed findings, secrets, misconfigurations; packages with their licences; the image', async () => {
    const report = await readSmall('trivy-packages.json');
    expect(printed(report)).toEqual([
      'CVE-2025-1 | tar 1.34+dfsg-1.2 | critical | 1.34+dfsg-1.3 1.35-1',
      'CVE-2025-2 | tar 1.34+dfsg-1.2 | high | ',
      'CVE-2025-3 | tar 1.34+dfsg-1.2 | unspecified | ',
      'TEMP-0290435-0B57B5 | tar 1.34+dfsg-1.2 | low | ',
    ]);
    expect(report.packages).toEqual([
      { name: 'tar', version: '1.34+dfsg-1.2', purl: expect.stringContaining('pkg:deb'), licenses: ['GPL-3.0-only'] },
      { name: 'perl', version: '1:5.36.0-7', licenses: ['GPL-1.0-or-later'] },
      { name: 'handmade', version: '', licenses: ['AGPL-3.0-only'] },
    ]);
    expect(report.image).toMatchObject({
      reference: `ghcr.io/example/shop@sha256:${'1'.repeat(64)}`,
      digest: `sha256:${'1'.repeat(64)}`,
      imageId: `sha256:${'2'.repeat(64)}`,
      user: '',
      base: { name: 'docker.io/library/debian:12-slim', digest: `sha256:${'4'.repeat(64)}` },
      createdAt: undefined,
    });
    expect(report).toMatchObject({ scanner: { version: '0.69.1' }, createdAt: Date.UTC(2025, 10, 3, 7, 0, 0, 123) });
  });

  test('the legacy list', async () => {
    const report = await readSmall('trivy-legacy.json');
    expect(printed(report)).toEqual([
      'CVE-2020-28928 | musl 1.1.24-r2 | medium | 1.1.24-r3',
      'CVE-2020-28928 | musl-utils 1.1.24-r2 | medium | 1.1.24-r3',
      'CVE-2021-99999 | musl 1.1.24-r2 | unspecified | ',
    ]);
    expect(report.image).toMatchObject({ reference: 'registry.example.com/shop/api:1.4', user: undefined });
  });

  test('nothing found is a result of zeros, in each of its forms', async () => {
    for (const rest of [
      { Results: [] },
      { Results: null },
      { Results: undefined },
      { Results: [{ Target: 'a', Vulnerabilities: null }] },
    ]) {
      const { findings } = await read(trivy([], rest));
      expect(findings).toEqual([]);
    }
    expect((await read([{ Target: 'a', Vulnerabilities: null }])).findings).toEqual([]);
  });

  test('one package at two paths is one pair, at two versions two', async () => {
    const report = await read(
      trivy([vulnerability, { ...vulnerability, PkgPath: 'b' }, { ...vulnerability, InstalledVersion: '2' }]),
    );
    expect(countFindings(report.findings ?? []).high).toBe(2);
  });

  test('a package without a name', async () => {
    const report = await read(
      trivy([
        { VulnerabilityID: 'CVE-1', PkgID: 'a@1' },
        { VulnerabilityID: 'CVE-1', PkgIdentifier: { PURL: 'pkg:npm/%40x/b@2' } },
      ]),
    );
    expect(printed(report)).toEqual(['CVE-1 | a@1  | unspecified | ', 'CVE-1 | @x/b 2 | unspecified | ']);
  });

  test.each([
    ['nginx:1.27', {}, 'nginx:1.27'],
    ['image.tar', { RepoTags: ['a:1'] }, 'a:1'],
    ['image.tar', {}, undefined],
    ['/images/a.tar.gz', {}, undefined],
    ['21ef0dc04325', { RepoTags: ['a:1'] }, 'a:1'],
    ['21ef0dc04325', {}, undefined],
    ['other', { RepoTags: ['a:1'] }, 'a:1'],
    ['a', { RepoTags: ['a:1'] }, 'a'],
    ['oci-folder/x', { RepoTags: null, RepoDigests: [`b@sha256:${'1'.repeat(64)}`] }, `b@sha256:${'1'.repeat(64)}`],
  ])('scanned as %s with %j is %s', async (ArtifactName, Metadata, reference) => {
    const report = await read(trivy([], { ArtifactName, ArtifactType: 'container_image', Metadata }));
    expect(report.image.reference).toBe(reference);
  });

  test('a file system is no image', async () => {
    const report = await read(trivy([], { ArtifactName: 'app', ArtifactType: 'filesystem' }));
    expect(report.image.reference).toBeUndefined();
  });
});

describe('Grype', () => {
  const match = (vulnerability: object, rest: object = {}) => ({
    vulnerability,
    artifact: { name: 'a', version: '1' },
    ...rest,
  });

  test('one related vulnerability is the same, several are not; what is ignored does not count', async () => {
    const report = await read({
      matches: [
        match(
          { id: 'GHSA-a', severity: 'High', fix: { versions: ['2'] } },
          { relatedVulnerabilities: [{ id: 'CVE-1' }] },
        ),
        match({ id: 'CVE-1', severity: 'Negligible' }, { relatedVulnerabilities: [{ id: 'CVE-1' }] }),
        match({ id: 'ELSA-1', severity: 'Low' }, { relatedVulnerabilities: [{ id: 'CVE-1' }, { id: 'CVE-2' }] }),
        match({ id: 'CVE-2' }, { relatedVulnerabilities: null }),
      ],
      ignoredMatches: [match({ id: 'CVE-3', severity: 'Critical' })],
      descriptor: { name: 'grype', version: '0.99.0', db: { status: { built: '2025-01-01T00:00:00Z' } } },
      source: { type: 'directory', target: '/app' },
    });
    expect(printed(report)).toEqual([
      'CVE-1 GHSA-a | a 1 | high | 2',
      'ELSA-1 | a 1 | low | ',
      'CVE-2 | a 1 | unspecified | ',
    ]);
    expect(report).toMatchObject({ databaseAt: Date.UTC(2025, 0, 1), image: {}, packages: undefined });
  });

  test("the digest is a registry's; one that Grype made up is none", async () => {
    const image = async (target: object) =>
      (
        await read({
          matches: null,
          source: {
            type: 'image',
            target: { userInput: 'a:1', manifestDigest: `sha256:${'1'.repeat(64)}`, ...target },
          },
        })
      ).image;
    expect((await image({})).digest).toBe(`sha256:${'1'.repeat(64)}`);
    expect((await image({ repoDigests: [] })).digest).toBeUndefined();
    expect((await image({ imageID: `sha256:${'1'.repeat(64)}` })).digest).toBeUndefined();
    const repoDigests = [`x@sha256:${'2'.repeat(64)}`, `docker.io/library/a@sha256:${'3'.repeat(64)}`];
    expect((await image({ repoDigests })).digest).toBe(`sha256:${'3'.repeat(64)}`);
    expect((await image({ config: 'no base64' })).user).toBeUndefined();
    expect((await image({ config: Buffer.from('{"config": {}}').toString('base64') })).user).toBe('');
  });
});

describe('CycloneDX', () => {
  test('components inside of components, references, analyses and versions', async () => {
    const report = await readSmall('cyclonedx-nested.json');
    expect(printed(report)).toEqual([
      'CVE-2024-1000 GHSA-aaaa-bbbb-cccc | org.example/outer 1.0 | high | ',
      'CVE-2024-1000 GHSA-aaaa-bbbb-cccc | inner 2.0 | medium | ',
      'CVE-2024-1001 | innermost 1 | low | ',
      'CVE-2024-1001 | innermost 2 | low | ',
      'CVE-2024-1005 | libpcre3 2:8.39-13 | high | ',
      'CVE-2024-1006 | gone 1.2-3 | unspecified | ',
      'CVE-2024-1007 | nobody-knows  | critical | ',
      'CVE-2024-1008 | registry.example.com/shop/api 1.4 | unspecified | ',
      'CVE-2024-1009 | libpcre3 2:8.39-13 | unspecified | 2:8.39-14 2:8.40-1',
    ]);
    expect(report.packages?.map(({ name, licenses }) => [name, ...licenses])).toEqual([
      ['org.example/outer', 'MIT', 'Own terms'],
      ['inner', 'Apache-2.0 OR AGPL-3.0-only'],
      ['innermost'],
      ['libpcre3'],
    ]);
    expect(report.image).toMatchObject({ reference: 'registry.example.com/shop/api:1.4', labels: { team: 'shop' } });
    expect([report.scanner, report.vex]).toEqual([{ name: 'syft', version: '1.38.0' }, []]);
  });

  test('the names decide what it is: an SBOM, a report, or VEX', async () => {
    const cyclonedx = { bomFormat: 'CycloneDX', specVersion: '1.6' };
    const kinds = async (rest: object) => {
      const { findings, packages, vex } = await read({ ...cyclonedx, ...rest });
      return [findings, packages, vex];
    };
    expect(await kinds({ components: [] })).toEqual([undefined, [], []]);
    expect(await faultOf(cyclonedx)).toMatchObject({ code: 'REPORT_INVALID', path: '$' });
    expect(await kinds({ components: [], vulnerabilities: [] })).toEqual([[], [], []]);
    expect(await kinds({ vulnerabilities: [] })).toEqual([undefined, undefined, []]);
  });

  test('VEX', async () => {
    const { findings, packages, vex, image } = await readSmall('cyclonedx-vex.json');
    expect([findings, packages, image.reference]).toEqual([undefined, undefined, 'registry.example.com/shop/api:1.4']);
    expect(vex.map(({ id, status, products }) => [id, status, ...products].join(' '))).toEqual([
      'CVE-2024-1 not_affected registry.example.com/shop/api:1.4',
      'CVE-2024-2 false_positive pkg:npm/lodash@4.17.15',
      'CVE-2024-3 fixed',
      'CVE-2024-4 affected pkg:npm/lodash@1.0',
      'CVE-2024-4 not_affected pkg:npm/lodash@2.0',
      'CVE-2024-5 under_investigation',
    ]);
  });

  test('components that contain each other without an end are refused', async () => {
    let component: object = { name: 'a' };
    for (let depth = 0; depth < 200; depth += 1) component = { name: 'a', components: [component] };
    const report = { bomFormat: 'CycloneDX', specVersion: '1.6', components: [component] };
    expect(await faultOf(report)).toMatchObject({ code: 'REPORT_TOO_LARGE' });
  });
});

describe('SARIF', () => {
  const sarif = (name: string, rest: object = {}) => ({
    version: '2.1.0',
    runs: [{ tool: { driver: { name, rules: [] } }, results: [], ...rest }],
  });

  test('of Grype', async () => {
    const report = await readSmall('grype.sarif');
    expect(printed(report)).toEqual([
      'CVE-2021-36159 | apk-tools 2.10.4-r3 | critical | 2.10.7-r0',
      'GHSA-35jh-r3h4-6jhm | lodash 4.17.15 | high | 4.17.21',
      'GHSA-35jh-r3h4-6jhm | lodash 4.17.20 | high | 4.17.21',
      'CVE-2022-0001 | old-names 1.0 | medium | ',
      'CVE-2022-0002 | negligible 3 | low | ',
    ]);
    expect(report.findings?.[0]?.package.purl).toBe('pkg:apk/alpine/apk-tools@2.10.4-r3?arch=x86_64');
    expect(report.image.reference).toBe('registry.example.com/shop/api:1.4');
  });

  test('of Docker Scout: a result a package, or a rule for those without one', async () => {
    expect(printed(await readSmall('scout.sarif'))).toEqual([
      'CVE-2023-44487 | nghttp2 1.52.0-1 | high | 1.52.0-1+deb12u1',
      'CVE-2023-44487 | nginx 1.22.1-9 | high | ',
      'CVE-2021-44906 | minimist 0.0.8 | critical | 1.2.6',
      'CVE-2021-44906 | minimist 1.2.5 | critical | 1.2.6',
      'CVE-2024-0003 | @scope/a 1 | unspecified | ',
    ]);
  });

  test('of Trivy: secrets and configurations are no vulnerabilities', async () => {
    const rules = [
      {
        id: 'CVE-1',
        name: 'LanguageSpecificPackageVulnerability',
        help: { text: 'Vulnerability CVE-1\nSeverity: HIGH' },
      },
      { id: 'DS002', name: 'Misconfiguration' },
      { id: 'aws-key', name: 'Secret' },
    ];
    const message = {
      text: 'Package: a\nInstalled Version: 1\nVulnerability CVE-1\nFixed Version: 2, 3\nLink: [a](b)',
    };
    const results = [
      { ruleId: 'CVE-1', level: 'note', message },
      { ruleIndex: 0, message: { text: message.text.replace(': a', ': b') } },
      { ruleId: 'DS002', message: { text: 'Artifact: Dockerfile\nSeverity: HIGH' } },
      { ruleId: 'aws-key', message: { text: 'Secret\nSeverity: CRITICAL' } },
      { ruleId: 'CVE-1', kind: 'pass', message: { text: message.text.replace(': a', ': c') } },
      { ruleId: 'CVE-1', baselineState: 'absent', message: { text: message.text.replace(': a', ': d') } },
      {
        ruleId: 'CVE-1',
        message: { text: message.text.replace(': a', ': e') },
        suppressions: [{ status: 'accepted' }],
      },
      {
        ruleId: 'CVE-1',
        message: { text: message.text.replace(': a', ': f') },
        suppressions: [{ status: 'rejected' }],
      },
    ];
    const report = await read(sarif('Trivy', { tool: { driver: { name: 'Trivy', rules } }, results }));
    expect(printed(report)).toEqual(['CVE-1 | a 1 | high | 2 3', 'CVE-1 | b 1 | high | 2 3']);
  });

  test('of others it is refused, by their name', async () => {
    const fault = await faultOf(sarif('Semgrep'));
    expect(fault).toMatchObject({ code: 'REPORT_UNKNOWN', path: '$.runs[0].tool' });
    expect(fault.message).toContain('"Semgrep"');
  });

  test('a scan that was not made is no result of zeros', async () => {
    expect(await faultOf(sarif('Trivy', { results: null }))).toMatchObject({
      code: 'REPORT_FAILED',
      path: '$.runs[0].results',
    });
    const invocations = [{ executionSuccessful: false }];
    expect(await faultOf(sarif('Trivy', { invocations }))).toMatchObject({ code: 'REPORT_FAILED' });
    expect(await faultOf({ version: '2.1.0', runs: [] })).toMatchObject({ code: 'REPORT_UNKNOWN', path: '$.runs' });
    expect((await read(sarif('Trivy'))).findings).toEqual([]);
  });

  test('several runs are one report, if they are of one image', async () => {
    const run = (text: string, imageName?: string) => ({
      tool: { driver: { name: 'Trivy', rules: [] } },
      results: [{ ruleId: 'CVE-1', message: { text: `Package: ${text}\nInstalled Version: 1\nSeverity: LOW` } }],
      properties: { imageName },
    });
    const report = await read({ version: '2.1.0', runs: [run('a', 'x:1'), run('b'), run('a', 'x:1')] });
    expect([printed(report)?.length, report.image.reference]).toEqual([2, 'x:1']);
    const fault = await faultOf({ version: '2.1.0', runs: [run('a', 'x:1'), run('b', 'y:1')] });
    expect(fault).toMatchObject({ code: 'REPORT_IMAGES', path: '$.runs[1]' });
  });
});

describe('OSV-Scanner', () => {
  test('groups, withdrawn entries, scores and commits', async () => {
    const report = await readSmall('osv-image.json');
    expect(printed(report)).toEqual([
      'CVE-2024-1 DEBIAN-CVE-2024-1 DSA-1-1 | openssl 1.1.1n-0 | critical | 1.1.1n-1',
      'X-2 | openssl 1.1.1n-0 | medium | ',
      'CVE-2024-9 ALONE-1 | openssl 1.1.1n-0 | unspecified | ',
      'CVE-2024-7 | f5f3c22f3ed5a6804a2a8d9ee9fa43044cfa24a6  | medium | abc',
    ]);
    expect(report.image.reference).toBe('registry.example.com/shop/api:1.4');
    expect(report.packages).toHaveLength(2);
  });

  test('nothing found', async () => {
    for (const report of [{ results: [] }, { results: null, experimental_config: {} }]) {
      expect((await read(report)).findings).toEqual([]);
    }
  });

  test('several images are refused', async () => {
    const result = (path: string) => ({ source: { path, type: 'docker' }, packages: [] });
    const fault = await faultOf({ results: [result('a'), result('a'), result('b')] });
    expect(fault).toMatchObject({ code: 'REPORT_IMAGES', path: '$.results[2].source.path' });
  });
});

describe('GitLab', () => {
  test("identifiers of an entry are one vulnerability's; weaknesses and advisories are not", async () => {
    const report = await readSmall('gitlab-15.json');
    expect(printed(report)).toEqual([
      'CVE-2024-2 GHSA-a | apt 2.2.3 | critical | 2.2.4 2.3.1',
      'CVE-2024-3 | apt 2.2.3 | unspecified | ',
      'DSA-1-1 | apt 2.2.3 | unspecified | ',
    ]);
    expect(report).toMatchObject({
      scanner: { name: 'Trivy', version: '0.60.0' },
      createdAt: Date.UTC(2025, 10, 3, 8, 1),
      image: { reference: 'registry.example.com/shop/api:1.4' },
    });
  });

  test('other scans, failed ones and several images are refused', async () => {
    const gitlab = (scan: object, images: string[] = []) => ({
      version: '15.0.0',
      scan: { type: 'container_scanning', status: 'success', ...scan },
      vulnerabilities: images.map((image) => ({ id: 'a', location: { image } })),
    });
    expect(await faultOf(gitlab({ type: 'sast' }))).toMatchObject({ code: 'REPORT_UNKNOWN', path: '$.scan.type' });
    expect(await faultOf(gitlab({ status: 'failure' }))).toMatchObject({
      code: 'REPORT_FAILED',
      path: '$.scan.status',
    });
    expect(await faultOf(gitlab({}, ['a:1', 'b:1']))).toMatchObject({
      code: 'REPORT_IMAGES',
      path: '$.vulnerabilities[1].location.image',
    });
    expect((await read(gitlab({}))).findings).toEqual([]);
  });
});

test('SPDX', async () => {
  const report = await readSmall('spdx-2.3.json');
  expect(report).toMatchObject({
    formatVersion: '2.3',
    scanner: { name: 'trivy', version: '0.69.1' },
    findings: undefined,
    image: { reference: 'registry.example.com/shop/api:1.4', digest: `sha256:${'1'.repeat(64)}` },
  });
  expect(report.packages).toEqual([
    {
      name: 'tar',
      version: '1.34+dfsg-1.2',
      purl: 'pkg:deb/debian/tar@1.34%2Bdfsg-1.2',
      licenses: ['GPL-3.0-only AND LicenseRef-terms'],
    },
    { name: 'own', version: '', licenses: ['Own terms'] },
    { name: 'none', version: '1', licenses: [] },
  ]);
});

test('OpenVEX, in the order of time', async () => {
  const { findings, vex, image } = await readSmall('openvex.json');
  expect([findings, image.reference]).toEqual([undefined, 'registry.example.com/shop/api']);
  const api = 'pkg:oci/api?repository_url=registry.example.com/shop/api';
  expect(vex).toEqual([
    { id: 'CVE-2024-1', aliases: ['GHSA-a'], status: 'not_affected', products: [api] },
    { id: 'CVE-2024-2', aliases: [], status: 'fixed', products: ['pkg:npm/lodash@4.17.15'] },
    {
      id: 'CVE-2024-3',
      aliases: [],
      status: 'not_affected',
      products: ['https://example.com/api', api],
      subcomponents: ['pkg:deb/debian/tar'],
    },
    { id: 'CVE-2024-3', aliases: [], status: 'not_affected', products: ['pkg:deb/debian/perl'] },
    { id: 'CVE-2024-4', aliases: [], status: 'under_investigation', products: [] },
    { id: 'CVE-2024-1', aliases: [], status: 'affected', products: [api] },
  ]);
});

function reverseNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((entry) => reverseNames(entry));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).toReversed().map(([name, entry]) => [name, reverseNames(entry)])); // prettier-ignore
}
