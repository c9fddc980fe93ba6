import { afterEach, beforeEach, expect, test } from 'vitest';
import { readSmallReport } from '../../../test/support/sample-reports.ts';
import { admin, digestOf, openSupplyBench, trivyReport, type SupplyBench } from './test-kit/supply-bench.ts';

const digest = digestOf('a');
const statement = {
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: 'registry.example/app', digest: { sha256: 'a'.repeat(64) } }],
  predicateType: 'https://slsa.dev/provenance/v1',
  predicate: { buildDefinition: {}, runDetails: {} },
};

let bench: SupplyBench;
beforeEach(async () => {
  bench = await openSupplyBench();
  await bench.addOrg('acme');
});
afterEach(() => bench[Symbol.asyncDispose]());

async function show() {
  const path = `/api/v1/orgs/acme/image?${String(new URLSearchParams({ ref: digest }))}`;
  const { json } = await bench.call('GET', path, admin);
  const policies = json.policies as { id: string; result: string }[];
  return {
    findings: json.findings,
    tags: json.tags,
    ...json,
    attested: policies.find(({ id }) => id === 'supply-chain-attestations')?.result,
  };
}

test.each([['app:1'], [`registry.example/app@${digest}`], [undefined]])(
  'with an SBOM and provenance an image is attested (--image %s), and its vulnerabilities stay',
  async (image) => {
    const query = image === undefined ? {} : { image };
    await bench.push(trivyReport('registry.example/app:1', [{ id: 'CVE-2024-1' }], { digest, user: 'app' }), query);
    expect(await show()).toMatchObject({ attested: 'no-data' });
    const before = await show();
    expect(await bench.push(statement, query)).toMatchObject({
      status: 201,
      json: { digest, format: 'provenance', kind: 'provenance', vulnerabilities: { high: 1 } },
    });
    expect(await show()).toMatchObject({ attested: 'no-data', findings: before.findings, tags: before.tags });
    await bench.push(readSmallReport('spdx-2.3.json'), { image: `registry.example/app@${digest}` });
    expect(await show()).toMatchObject({ attested: 'compliant', vulnerabilities: { high: 1 }, findingsTotal: 1 });
    // A later scan says nothing of either.
    await bench.push(trivyReport('registry.example/app:1', [], { digest }), query);
    await bench.restart();
    expect(await show()).toMatchObject({ attested: 'compliant', vulnerabilities: { high: 0 } });
    const kinds = (await bench.store.reports.of('acme', digest)).map(({ kind }) => kind);
    expect(kinds.toSorted()).toEqual(['provenance', 'sbom', 'vulnerabilities']);
  },
);

test("what BuildKit says of one platform is of the image that its tag points to, whatever that platform's digest", async () => {
  await bench.push(trivyReport('registry.example.org/shop/web:2', [{ id: 'CVE-2024-1' }], { digest }));
  expect(await bench.push(readSmallReport('provenance-dsse.json'))).toMatchObject({
    status: 201,
    json: { digest, kind: 'provenance', vulnerabilities: { high: 1 } },
  });
});

test('provenance of another image says nothing of this one, and of an unknown one it has to be named', async () => {
  await bench.push(trivyReport('registry.example/app:1', [], { digest }));
  const other = { ...statement, subject: [{ name: 'registry.example/b', digest: { sha256: 'b'.repeat(64) } }] };
  expect(await bench.push(other)).toMatchObject({ status: 201, json: { digest: digestOf('b') } });
  expect(await bench.push({ ...statement, subject: [] })).toMatchObject({
    status: 422,
    json: { code: 'IMAGE_UNNAMED' },
  });
  const reports = await bench.store.reports.of('acme', digest);
  expect(reports.map(({ kind }) => kind)).toEqual(['vulnerabilities']);
});
