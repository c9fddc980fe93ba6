import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { admin, digestOf, openSupplyBench, trivyReport, type SupplyBench } from './test-kit/supply-bench.ts';

const [a, b, c] = [digestOf('a'), digestOf('b'), digestOf('c')];

let bench: SupplyBench;
beforeEach(async () => {
  bench = await openSupplyBench();
  await bench.addOrg('acme');
});
afterEach(() => bench[Symbol.asyncDispose]());

const one = [{ id: 'CVE-2024-1', severity: 'CRITICAL' }];
const two = [...one, { id: 'CVE-2024-2', severity: 'HIGH', fixed: '1.1' }];

async function show(ref: string) {
  return (await bench.call('GET', `/api/v1/orgs/acme/image?${String(new URLSearchParams({ ref }))}`, admin)).json;
}

async function digests(): Promise<string[]> {
  return (await bench.store.images.all('acme')).map(({ digest }) => digest);
}

describe('which image a report is of', () => {
  const own = trivyReport('registry.example/own:1', one, { digest: a });
  const cases: readonly (readonly [string, object, string | undefined, object])[] = [
    ['a digest in the given name wins', own, `app@${b}`, { digest: b, repository: 'docker.io/library/app' }],
    ['else its own digest', own, 'app:2', { digest: a, repository: 'docker.io/library/app' }],
    ['its own name where none is given', own, undefined, { digest: a, repository: 'registry.example/own' }],
    [
      'repository and tag where nobody knows a digest',
      trivyReport('other:3', one),
      'app:2',
      { digest: 'tag:docker.io/library/app:2', repository: 'docker.io/library/app' },
    ],
    [
      'its own name is as good',
      trivyReport('other:3', one),
      undefined,
      { digest: 'tag:docker.io/library/other:3', repository: 'docker.io/library/other' },
    ],
  ];
  for (const [what, report, image, expected] of cases)
    test(`the image of a report: ${what}`, async () => {
      expect(await bench.push(report, image === undefined ? {} : { image })).toMatchObject({
        status: 201,
        json: expected,
      });
    });

  test('a report that says nothing is refused, until it is named', async () => {
    const report = trivyReport('/tmp/image.tar', one);
    expect(await bench.push(report)).toMatchObject({ status: 422, json: { code: 'IMAGE_UNNAMED' } });
    expect(await digests()).toEqual([]);
    expect((await bench.push(report, { image: 'app:1' })).status).toBe(201);
  });

  test('a name that is none is refused', async () => {
    for (const image of ['App:1', 'a b', '../x', `app@sha256:1`])
      expect(await bench.push(own, { image })).toMatchObject({ status: 400, json: { code: 'IMAGE_REFERENCE' } });
  });

  test('without a digest it is of the image that the tag points to', async () => {
    await bench.push(trivyReport('app:1', one, { digest: a }), { image: 'app:1' });
    expect((await bench.push(trivyReport('x', two), { image: 'app:1' })).json).toMatchObject({ digest: a });
    expect(await digests()).toEqual([a]);
  });

  test('tags move, and the image that had one stays known by its digest', async () => {
    await bench.push(trivyReport('app:1', one, { digest: a }), { image: 'app:1' });
    await bench.push(trivyReport('app:1', two, { digest: b }), { image: 'app:1' });
    expect(await show('app:1')).toMatchObject({ digest: b, tags: ['1'], vulnerabilities: { critical: 1, high: 1 } });
    expect(await show(`app@${a}`)).toMatchObject({ digest: a, tags: [], vulnerabilities: { critical: 1, high: 0 } });
    await bench.push(trivyReport('app:1', two, { digest: a }), { image: 'app:1' });
    expect(await show('app:1')).toMatchObject({ digest: a });
  });

  test('one image in two repositories is one', async () => {
    await bench.push(trivyReport('app:1', one, { digest: a }));
    await bench.push(trivyReport('mirror.example/app:1', one, { digest: a }));
    expect(await digests()).toEqual([a]);
    expect(await show('mirror.example/app:1')).toMatchObject({ digest: a, repository: 'docker.io/library/app' });
  });

  test('one of another organisation is another', async () => {
    await bench.addOrg('other');
    await bench.push(trivyReport('app:1', two, { digest: a }), {}, 'other');
    await bench.push(trivyReport('app:1', one, { digest: a }));
    expect(await show('app:1')).toMatchObject({ vulnerabilities: { critical: 1, high: 0 } });
    const path = `/api/v1/orgs/other/image?ref=app:1`;
    expect((await bench.call('GET', path, admin)).json).toMatchObject({ vulnerabilities: { critical: 1, high: 1 } });
  });
});

describe('what is kept of reports', () => {
  test('the last accepted one counts; a refused one changes nothing', async () => {
    await bench.push(trivyReport('app:1', two, { user: 'app' }));
    const before = await show('app:1');
    const broken: readonly unknown[] = [
      {},
      [],
      { SchemaVersion: 3, ArtifactName: 'app:1' },
      Buffer.from('{"a":'),
      Buffer.of(),
    ];
    for (const report of broken) {
      const refused = await bench.push(report, { image: 'app:1' });
      expect(refused.status).toBe(422);
      expect(refused.json.code).toMatch(/^REPORT_/);
    }
    expect(await show('app:1')).toEqual(before);
    await bench.push(trivyReport('app:1', one));
    expect(await show('app:1')).toMatchObject({ vulnerabilities: { critical: 1, high: 0 }, findingsTotal: 1 });
  });

  test('compressed and streamed ones are read too', async () => {
    const bytes = gzipSync(JSON.stringify(trivyReport('app:1', two)));
    expect((await bench.push(bytes)).status).toBe(201);
    const pieces = [...bytes].map((byte) => Uint8Array.of(byte));
    const path = '/api/v1/orgs/acme/reports?image=app:2';
    expect((await bench.call('POST', path, { ...admin, body: ReadableStream.from(pieces) })).status).toBe(201);
    expect(await show('app:2')).toMatchObject({ vulnerabilities: { critical: 1, high: 1 } });
  });

  test('one that is too large is refused, however it comes', async () => {
    await using small = await openSupplyBench({ config: { reports: { folder: '', maxBytes: 2000 } } });
    await small.addOrg('acme');
    const large = trivyReport(
      'app:1',
      Array.from({ length: 100 }, (_, index) => ({ id: `CVE-1-${String(index)}` })),
    );
    const bytes = Buffer.from(JSON.stringify(large));
    expect(await small.push(bytes)).toMatchObject({ status: 413 });
    expect(await small.push(gzipSync(bytes))).toMatchObject({ status: 413, json: { code: 'REPORT_TOO_LARGE' } });
    const headers = { 'content-length': '3000' };
    const told = await small.call('POST', '/api/v1/orgs/acme/reports', { ...admin, body: bytes, headers });
    expect(told).toMatchObject({ status: 413, json: { code: 'BODY_TOO_LARGE' } });
    expect(await small.store.images.all('acme')).toEqual([]);
  });

  test('an organisation that is not there has no reports', async () => {
    expect(await bench.push(trivyReport('app:1', one), {}, 'nobody')).toMatchObject({
      status: 404,
      json: { code: 'ORG_UNKNOWN' },
    });
  });

  test('a finding was first seen when it came first, whichever scanner tells of it', async () => {
    await bench.call('PUT', '/api/v1/orgs/acme/policies/fixable-vulnerabilities', {
      ...admin,
      body: { config: { graceDays: 7 } },
    });
    const result = async () =>
      ((await show('app:1')).policies as { id: string; result: string }[]).find(
        ({ id }) => id === 'fixable-vulnerabilities',
      )?.result;
    const day = 86_400_000;
    await bench.push(trivyReport('app:1', two));
    bench.advance(4 * day);
    await bench.push(trivyReport('app:1', two));
    expect(await result()).toBe('compliant');
    // A report without it, and one that has it again.
    await bench.push(trivyReport('app:1', one));
    await bench.push(trivyReport('app:1', two));
    bench.advance(4 * day);
    expect(await result()).toBe('violated');
    await bench.push(trivyReport('app:1', two));
    expect(await result()).toBe('violated');
  });

  test('when grace ends, the image is evaluated by itself', async () => {
    await bench.call('PUT', '/api/v1/orgs/acme/policies/fixable-vulnerabilities', {
      ...admin,
      body: { config: { graceDays: 1 } },
    });
    await bench.push(trivyReport('app:1', two));
    const stored = async () => JSON.parse((await bench.store.images.all('acme'))[0]?.policies ?? '') as object;
    bench.advance(86_399_000);
    await bench.supply.tick();
    expect(await stored()).toMatchObject({ 'fixable-vulnerabilities': { result: 'compliant' } });
    bench.advance(1000);
    await bench.supply.tick();
    expect(await stored()).toMatchObject({ 'fixable-vulnerabilities': { result: 'violated' } });
  });

  test('an OpenVEX document is kept beside the report, before and after it, and replaced by its like', async () => {
    const vex = (status: string) => ({
      '@context': 'https://openvex.dev/ns/v0.2.0',
      '@id': 'https://acme.example/vex/1',
      timestamp: '2026-01-01T00:00:00Z',
      statements: [
        {
          vulnerability: { name: 'CVE-2024-1' },
          products: [{ '@id': 'pkg:oci/app?repository_url=docker.io/library/app' }],
          status,
        },
      ],
    });
    await bench.push(trivyReport('app:1', two));
    expect(await bench.push(vex('not_affected'), { image: 'app:1' })).toMatchObject({
      status: 201,
      json: { kind: 'vex', vulnerabilities: { critical: 0, high: 1 } },
    });
    expect((await bench.push(trivyReport('app:1', two))).json).toMatchObject({
      vulnerabilities: { critical: 0, high: 1 },
    });
    expect((await bench.push(vex('affected'), { image: 'app:1' })).json).toMatchObject({
      vulnerabilities: { critical: 1, high: 1 },
    });
  });

  test('names that try to be something else stay what they are', async () => {
    const names = [`'; drop table images; --`, '"}\n# HELP x', '\u0000\u202E', '<script>', '$__proto__', '__proto__'];
    const findings = names.map((name) => ({ id: `CVE-${name}`, package: name, version: name, fixed: name }));
    expect(
      (await bench.push(trivyReport('app:1', findings, { user: names[0] ?? '' }), { file: names[1] ?? '' })).status,
    ).toBe(201);
    const shown = (await show('app:1')).findings as { package: string }[];
    expect(new Set(shown.map((finding) => finding.package))).toEqual(new Set(names));
    expect(await show(`app'; drop table images; --`)).toMatchObject({ code: 'IMAGE_REFERENCE' });
  });

  test('every push is in the audit log, a refused one is not', async () => {
    await bench.push(trivyReport('app:1', one), { file: 'trivy.json' });
    await bench.push({});
    const pushes = await bench.store.audit.list({ limit: 10, action: 'report.push' });
    expect(pushes).toMatchObject([
      {
        actor: 'token:all',
        target: 'image:docker.io/library/app@tag:docker.io/library/app:1',
        detail: { file: 'trivy.json', format: 'trivy' },
      },
    ]);
  });
});

describe('at the same time', () => {
  test('pushes of one image all succeed, one after the other, and the figures are those of one of them', async () => {
    const reports = Array.from({ length: 20 }, (_, index) =>
      trivyReport(
        'app:1',
        Array.from({ length: index + 1 }, (_, id) => ({ id: `CVE-2024-${String(id)}` })),
        {
          digest: [a, b, c][index % 3] ?? a,
        },
      ),
    );
    const pushed = await Promise.all(reports.map((report) => bench.push(report)));
    expect(pushed.map(({ status }) => status)).toEqual(reports.map(() => 201));
    for (const digest of [a, b, c]) {
      const image = await show(digest);
      const { high } = image.vulnerabilities as { high: number };
      expect(image.findingsTotal).toBe(high);
      const mine = pushed.filter(({ json }) => json.digest === digest).map(({ json }) => json.vulnerabilities);
      expect(mine).toContainEqual(image.vulnerabilities);
    }
    expect(await bench.store.tags.all('acme')).toHaveLength(1);
    expect(await bench.store.audit.list({ limit: 100, action: 'report.push' })).toHaveLength(20);
  });

  test('a policy that changes meanwhile is the one that counts in the end', async () => {
    const change = (enabled: boolean) =>
      bench.call('PUT', '/api/v1/orgs/acme/policies/no-default-root-user', { ...admin, body: { enabled } });
    const pushes = Array.from({ length: 10 }, (_, index) =>
      bench.push(trivyReport(`app:${String(index)}`, two, { user: 'root' })),
    );
    await Promise.all([...pushes, change(false), change(true), change(false)]);
    await bench.supply.tick();
    for (const { policies } of await bench.store.images.all('acme'))
      expect(Object.keys(JSON.parse(policies) as object)).not.toContain('no-default-root-user');
  });
});
