import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  admin,
  fixture,
  hasReports,
  openSupplyBench,
  vulnerabilities,
  type SupplyBench,
} from './test-kit/supply-bench.ts';

let bench: SupplyBench;
let token = '';
beforeEach(async () => {
  bench = await openSupplyBench({ config: { scout: { cacheMs: 0, upstream: { url: '', token: '', orgs: [] } } } });
  token = await bench.addOrg('acme');
});
afterEach(() => bench[Symbol.asyncDispose]());

const counts = (critical: number, high: number, medium: number, low: number, unspecified: number) => ({
  ...{ critical, high, medium, low, unspecified },
});

async function show(ref: string) {
  return (await bench.call('GET', `/api/v1/orgs/acme/image?${String(new URLSearchParams({ ref }))}`, admin)).json;
}

describe.skipIf(!hasReports)('recorded reports', () => {
  const figures: readonly (readonly [file: string, image: string | undefined, ReturnType<typeof counts>])[] = [
    ['trivy-juice-shop-10.2.0.json', undefined, counts(22, 100, 64, 11, 0)],
    ['trivy-no-results.json', 'app:none', counts(0, 0, 0, 0, 0)],
    ['trivy-alpine-310.json', 'alpine:3.10', counts(0, 0, 4, 0, 0)],
    ['trivy-alpine-310.sarif', 'alpine:3.10', counts(0, 0, 4, 0, 0)],
    ['gitlab-alpine-310.json', 'alpine:3.10', counts(0, 0, 4, 0, 0)],
    ['grype-python-3.6.json', 'python:3.6', counts(0, 32, 613, 788, 76)],
    ['grype-ubi8-missing-severity.json', 'ubi8', counts(1, 18, 13, 2, 1)],
    ['osv-scanner-many.json', 'app:osv', counts(5, 18, 14, 0, 0)],
    ['cyclonedx-ubuntu.json', 'ubuntu', counts(0, 0, 1, 13, 0)],
    ['scout-1.15.sarif', 'app:scout', counts(4, 17, 0, 0, 0)],
  ];
  for (const [file, image, expected] of figures)
    test(`${file} gives its figures, in the answer, of the image and in the stream`, async () => {
      const pushed = await bench.push(fixture(file), image === undefined ? {} : { image });
      expect(pushed).toMatchObject({ status: 201, json: { kind: 'vulnerabilities', vulnerabilities: expected } });
      expect(await show(String(pushed.json.digest))).toMatchObject({ vulnerabilities: expected });
      expect(Object.values(vulnerabilities((await bench.scrape(token)).text, 'latest-indexed'))).toEqual(
        Object.values(expected),
      );
    });

  test('all of them together are the sum of the latest of each repository', async () => {
    for (const [file, image] of figures) await bench.push(fixture(file), { ...(image === undefined ? {} : { image }) });
    // Of the repository `app`, the last tag alone: that of Docker Scout's report.
    expect(vulnerabilities((await bench.scrape(token)).text, 'latest-indexed')).toEqual({
      ...{ CRITICAL: 22 + 1 + 4, HIGH: 100 + 32 + 18 + 17, MEDIUM: 64 + 4 + 613 + 13 + 1 },
      ...{ LOW: 11 + 788 + 2 + 13, UNSPECIFIED: 76 + 1 },
    });
  });

  test('an SBOM has no figures, and takes none away', async () => {
    const image = 'bkimminich/juice-shop:10';
    expect(await bench.push(fixture('cyclonedx-sbom-juice-shop.json'), { image })).toMatchObject({
      status: 201,
      json: { kind: 'sbom', format: 'cyclonedx' },
    });
    expect(await show(image)).not.toHaveProperty('vulnerabilities');
    await bench.push(fixture('trivy-juice-shop-10.2.0.json'), { image });
    await bench.push(fixture('cyclonedx-sbom-juice-shop.json'), { image });
    expect(await show(image)).toMatchObject({ vulnerabilities: counts(22, 100, 64, 11, 0) });
    const licences = (await show(image)).policies as { id: string; result: string }[];
    expect(licences.find(({ id }) => id === 'no-copyleft-licenses')?.result).not.toBe('no-data');
  });

  test('cut off anywhere, each is refused with the place, and the last good one stays', async () => {
    for (const [file] of figures) {
      await bench.push(fixture(file), { image: 'app:1' });
      const before = await show('app:1');
      const whole = fixture(file);
      for (const part of [0.1, 0.5, 0.999]) {
        const refused = await bench.push(whole.subarray(0, Math.floor(whole.length * part)), { image: 'app:1' });
        expect(refused.status).toBe(422);
        expect(String(refused.json.detail)).toMatch(/line \d+, column \d+/);
      }
      expect(await show('app:1')).toEqual(before);
    }
  });
});
