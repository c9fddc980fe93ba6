import { describe, expect, test } from 'vitest';
import { readSmallReport } from '../../../../test/support/sample-reports.ts';
import type { Report } from '../../report.ts';
import { readReport } from '../read-report.ts';
import type { ReportFault } from '../report-fault.ts';

const read = (document: unknown): Promise<Report> => readReport(Buffer.from(JSON.stringify(document)));
const faultOf = async (document: unknown): Promise<ReportFault> =>
  await read(document).then(
    () => expect.unreachable('it was read'),
    (error: unknown) => error as ReportFault,
  );

const sha256 = 'a'.repeat(64);
const digest = `sha256:${sha256}`;
const v02 = { builder: { id: '' }, buildType: 'b', metadata: { buildFinishedOn: '2026-03-01T10:00:00Z' } };
const v1 = { buildDefinition: {}, runDetails: { builder: {}, metadata: { finishedOn: '2026-03-01T10:00:00Z' } } };

const statement = (more: object = {}) => ({
  _type: 'https://in-toto.io/Statement/v0.1',
  predicateType: 'https://slsa.dev/provenance/v0.2',
  subject: [{ name: 'ghcr.io/org/app', digest: { sha256 } }],
  predicate: v02,
  ...more,
});

const envelope = (payload: string, more: object = {}) => ({
  payloadType: 'application/vnd.in-toto+json',
  payload: Buffer.from(payload).toString('base64'),
  signatures: [],
  ...more,
});

describe('provenance', () => {
  test('a statement gives no figures, no packages, and no VEX', async () => {
    expect(await readReport(readSmallReport('provenance-v1.json'))).toMatchObject({
      format: 'provenance',
      formatVersion: '1',
      createdAt: Date.parse('2026-03-01T10:04:30Z'),
      findings: undefined,
      packages: undefined,
      vex: [],
      attestations: { provenance: true },
    });
  });

  test.each([
    ['v0.1', 'v0.1', { builder: { id: 'x' } }, '0.1'],
    ['v0.1', 'v0.2', v02, '0.2'],
    ['v0.1', 'v1', v1, '1'],
    ['v1', 'v1', v1, '1'],
  ])('a statement of %s with provenance of %s', async (type, version, predicate, expected) => {
    const report = await read(
      statement({
        _type: `https://in-toto.io/Statement/${type}`,
        predicateType: `https://slsa.dev/provenance/${version}`,
        predicate,
      }),
    );
    expect(report).toMatchObject({ formatVersion: expected, image: { digest }, attestations: { provenance: true } });
  });

  test('in a signed envelope, and in a bundle of Sigstore', async () => {
    const plain = await read(statement());
    const signed = envelope(JSON.stringify(statement()));
    expect(await read(signed)).toEqual(plain);
    expect(await read({ mediaType: 'x', dsseEnvelope: signed })).toEqual(plain);
    const forAddresses = Buffer.from(JSON.stringify(statement({ note: '>>>???' }))).toString('base64url');
    expect(await read(envelope('', { payload: forAddresses }))).toEqual(plain);
  });

  test.each([
    ['one platform', { SLSA: v02 }, '0.2'],
    ['one platform', { SLSA: v1 }, '1'],
    ['several', { 'linux/amd64': { SLSA: v02 }, 'linux/arm64': { SLSA: v02 } }, '0.2'],
  ])('as docker buildx shows it: %s', async (_, document, formatVersion) => {
    expect(await read(document)).toMatchObject({ format: 'provenance', formatVersion, image: {} });
  });
});

describe('the image of a statement', () => {
  const subject = (name: string | undefined, sum: unknown = sha256) => ({ name, digest: { sha256: sum } });
  test.each([
    ['a repository', [subject('ghcr.io/org/app')], `ghcr.io/org/app@${digest}`, digest],
    ['with its scheme', [subject('https://gcr.io/org/app')], `gcr.io/org/app@${digest}`, digest],
    ['a port and a tag', [subject('localhost:5000/app:1')], 'localhost:5000/app:1', digest],
    ['a purl', [subject('pkg:docker/org/app@1')], 'org/app:1', digest],
    [
      'a purl that has it',
      [subject(`pkg:oci/app@${digest}?repository_url=ghcr.io/org/app`, undefined)],
      `ghcr.io/org/app@${digest}`,
      digest,
    ],
    ['of one platform, by its tag', [subject('pkg:docker/org/app@1?platform=linux%2Farm64')], 'org/app:1', undefined],
    ['of one platform, without', [subject('pkg:docker/org/app?platform=linux%2Farm64')], undefined, undefined],
    ['tags of one', [subject('ghcr.io/a/b:1'), subject('ghcr.io/a/b:2')], 'ghcr.io/a/b:1', digest],
    ['several', [subject('ghcr.io/a/b'), subject('ghcr.io/a/c', 'b'.repeat(64))], undefined, undefined],
    ['a file', [subject('app-linux-amd64')], undefined, undefined],
    ['a file in a folder', [subject('dist/app')], undefined, undefined],
    ['a packed file', [subject('dist.example/app.tar.gz')], undefined, undefined],
    ['no digest, no tag', [subject('ghcr.io/org/app', 'abc')], undefined, undefined],
    ['no name', [subject(undefined)], undefined, undefined],
    ['nothing', [], undefined, undefined],
  ])('%s', async (_, list, reference, expected) => {
    const { image } = await read(statement({ subject: list }));
    expect([image.reference, image.digest]).toEqual([reference, expected]);
  });
});

describe('another report in a statement', () => {
  const spdx = JSON.parse(Buffer.from(readSmallReport('spdx-2.3.json')).toString()) as object;
  const asStatement = (predicateType: string, predicate: unknown) => statement({ predicateType, predicate });

  test('an SBOM is read, with the image that the statement names', async () => {
    const plain = await read(spdx);
    const { image, ...rest } = await read(asStatement('https://spdx.dev/Document', spdx));
    expect({ ...rest, image: undefined }).toEqual({ ...plain, image: undefined });
    expect(image).toMatchObject({ reference: `ghcr.io/org/app@${digest}`, digest });
    expect(await read({ SPDX: spdx })).toEqual(plain);
    const signed = envelope(JSON.stringify(asStatement('https://spdx.dev/Document/v2.3', spdx)));
    expect((await read(signed)).packages).toEqual(plain.packages);
  });

  test.each([
    ['cyclonedx-nested.json', 'https://cyclonedx.org/bom'],
    ['cyclonedx-vex.json', 'https://cyclonedx.org/bom/v1.5'],
    ['openvex.json', 'https://openvex.dev/ns/v0.2.0'],
  ])('%s', async (name, type) => {
    const bytes = readSmallReport(name);
    const { findings, packages, vex } = await readReport(bytes);
    const carried = await read(asStatement(type, JSON.parse(Buffer.from(bytes).toString())));
    expect(carried).toMatchObject({ findings, packages, vex });
  });

  test('what is wrong in it has its place there', async () => {
    const broken = { spdxVersion: 'SPDX-2.3', packages: 5 };
    expect(await faultOf(asStatement('https://spdx.dev/Document', broken))).toMatchObject({
      code: 'REPORT_INVALID',
      path: '$.predicate.packages',
    });
    expect(await faultOf(asStatement('https://spdx.dev/Document', { Data: 'x' }))).toMatchObject({
      code: 'REPORT_UNKNOWN',
      path: '$.predicate',
    });
  });
});

test.each([
  ['another predicate', statement({ predicateType: 'https://in-toto.io/attestation/link/v0.3' }), 'REPORT_UNKNOWN', '$.predicateType', 'link/v0.3'], // prettier-ignore
  ['none', statement({ predicateType: undefined }), 'REPORT_UNKNOWN', '$.predicateType', 'predicate'],
  ['later provenance', statement({ predicateType: 'https://slsa.dev/provenance/v2' }), 'REPORT_VERSION', '$.predicateType', 'v2'], // prettier-ignore
  ['a later statement', statement({ _type: 'https://in-toto.io/Statement/v2' }), 'REPORT_VERSION', '$._type', 'v2'],
  ['no provenance in it', statement({ predicate: {} }), 'REPORT_INVALID', '$.predicate', 'empty'],
  ['nothing in it', statement({ predicate: undefined }), 'REPORT_INVALID', '$.predicate', 'empty'],
  ['half of version 1', statement({ predicate: { buildDefinition: {} } }), 'REPORT_INVALID', '$.predicate', 'empty'],
  ['an image without', { SLSA: null }, 'REPORT_INVALID', '$', 'empty'],
  ['platforms without', { 'linux/amd64': {} }, 'REPORT_UNKNOWN', '$', 'linux/amd64'],
  ['another envelope', envelope('{}', { payloadType: 'text/plain' }), 'REPORT_UNKNOWN', '$.payloadType', 'text/plain'],
  ['no Base64', envelope('', { payload: 'a b' }), 'REPORT_INVALID', '$.payload', 'Base64'],
  ['an empty envelope', envelope(''), 'REPORT_INVALID', '$.payload', 'Base64'],
  ['a cut payload', envelope('{"_type":'), 'REPORT_CUT', '$._type', 'inside of its payload'],
  ['an envelope in another', envelope(JSON.stringify(envelope('{}'))), 'REPORT_UNKNOWN', '$', 'inside of its payload'],
])('refused: %s', async (_, document, code, path, reason) => {
  const fault = await faultOf(document);
  expect(fault).toMatchObject({ name: 'ReportFault', code, path });
  expect(fault.message).toContain(reason);
});
