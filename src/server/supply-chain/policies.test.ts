import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTempFolder, type TempFolder } from '../../../test/support/temp-folder.ts';
import { admin, digestOf, openSupplyBench, trivyReport, type SupplyBench } from './test-kit/supply-bench.ts';

let folder: TempFolder;
let kev = '';
let bench: SupplyBench;
beforeEach(async () => {
  folder = createTempFolder();
  kev = join(folder.path, 'kev.json');
  bench = await openSupplyBench({ config: { kevFile: kev } });
  await bench.addOrg('acme');
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
  folder.remove();
});

const at = (id: string) => `/api/v1/orgs/acme/policies/${id}`;
const put = (id: string, body: unknown) => bench.call('PUT', at(id), { ...admin, body });
const vulnerable = [{ id: 'CVE-2024-1000', severity: 'MEDIUM', fixed: '1.1' }];

async function stored(): Promise<Record<string, { result: string }>[]> {
  const rows = await bench.store.images.all('acme');
  return rows.map(({ policies }) => JSON.parse(policies) as Record<string, { result: string }>);
}

test('a new organisation has all seven enabled, with their defaults', async () => {
  const { items } = (await bench.call('GET', '/api/v1/orgs/acme/policies', admin)).json;
  expect((items as { id: string; enabled: boolean }[]).map(({ id, enabled }) => [id, enabled])).toEqual([
    ['approved-base-images', true],
    ['fixable-vulnerabilities', true],
    ['high-profile-vulnerabilities', true],
    ['no-copyleft-licenses', true],
    ['no-default-root-user', true],
    ['no-stale-base-images', true],
    ['supply-chain-attestations', true],
  ]);
  expect((await bench.call('GET', at('fixable-vulnerabilities'), admin)).json).toMatchObject({
    displayName: 'No fixable critical or high vulnerabilities',
    config: { severities: ['critical', 'high'], graceDays: 0 },
    defaults: { severities: ['critical', 'high'], graceDays: 0 },
  });
});

test('a change has every image evaluated anew, in the background where there are many', async () => {
  for (let index = 0; index < 120; index += 1)
    await bench.push(trivyReport(`app-${String(index)}`, vulnerable, { user: 'app' }));
  expect((await stored()).every((one) => one['fixable-vulnerabilities']?.result === 'compliant')).toBe(true);
  const changed = await put('fixable-vulnerabilities', { config: { severities: ['medium'] } });
  expect(changed).toMatchObject({ status: 200, json: { config: { severities: ['medium'], fixableOnly: true } } });
  await bench.restart();
  await bench.supply.tick();
  expect((await stored()).map((one) => one['fixable-vulnerabilities']?.result)).toEqual(Array(120).fill('violated'));
  await put('fixable-vulnerabilities', { enabled: false });
  await bench.supply.tick();
  expect((await stored()).some((one) => 'fixable-vulnerabilities' in one)).toBe(false);
  // Enabled again it is as it was configured.
  expect((await put('fixable-vulnerabilities', { enabled: true })).json).toMatchObject({
    config: { severities: ['medium'] },
  });
});

test('what is not possible is refused, and changes nothing', async () => {
  const cases: readonly (readonly [string, unknown, number, string])[] = [
    ['fixable-vulnerabilities', { config: { severities: ['huge'] } }, 400, 'POLICY_CONFIG_INVALID'],
    ['fixable-vulnerabilities', { config: { unknown: 1 } }, 400, 'POLICY_CONFIG_INVALID'],
    ['fixable-vulnerabilities', { expression: 'true' }, 400, 'POLICY_DEFINITION_INVALID'],
    ['own', { enabled: true }, 404, 'POLICY_UNKNOWN'],
    ['own', { expression: 'size(' }, 400, 'POLICY_EXPRESSION_INVALID'],
    ['own', { expression: 'true', displayName: 'No outdated base images' }, 409, 'POLICY_NAME_TAKEN'],
    ['own', { expression: 'true', config: { other: 1 } }, 400, 'POLICY_DEFINITION_INVALID'],
  ];
  for (const [id, body, status, code] of cases) expect(await put(id, body)).toMatchObject({ status, json: { code } });
  expect(await bench.store.policySettings.all('acme')).toEqual([]);
  expect((await put('UPPER', { expression: 'true' })).status).toBe(400);
});

test("a policy of one's own counts like the others, and can be removed", async () => {
  await bench.push(trivyReport('app:1', vulnerable));
  const body = { expression: 'counts.medium == 0', displayName: 'No medium ones', config: { fix: 'upgrade' } };
  expect(await put('no-medium', body)).toMatchObject({
    status: 200,
    json: { id: 'no-medium', enabled: true, expression: 'counts.medium == 0', config: { fix: 'upgrade' } },
  });
  const shown = (await bench.call('GET', '/api/v1/orgs/acme/image?ref=app:1', admin)).json.policies as { id: string }[];
  expect(shown.find(({ id }) => id === 'no-medium')).toMatchObject({
    result: 'violated',
    displayName: 'No medium ones',
  });
  expect((await stored())[0]).toMatchObject({ 'no-medium': { result: 'violated' } });
  expect((await put('no-medium', { displayName: 'None of medium severity' })).json).toMatchObject({
    expression: 'counts.medium == 0',
    config: { fix: 'upgrade' },
  });
  expect((await bench.call('DELETE', at('no-medium'), admin)).status).toBe(204);
  expect((await bench.call('GET', at('no-medium'), admin)).status).toBe(404);
  expect((await stored())[0]).not.toHaveProperty('no-medium');
  expect(await bench.call('DELETE', at('no-default-root-user'), admin)).toMatchObject({
    status: 409,
    json: { code: 'POLICY_BUILT_IN' },
  });
});

test('a policy may speak of what runs', async () => {
  await bench.push(trivyReport('app:1', vulnerable));
  await put('only-running', { expression: 'image.running', displayName: 'Runs' });
  bench.run({ 'web-1': [{ image: 'app:1' }] });
  await bench.supply.tick();
  expect((await stored())[0]).toMatchObject({ 'only-running': { result: 'compliant' } });
  bench.run({ 'web-1': [] });
  await bench.supply.tick();
  expect((await stored())[0]).toMatchObject({ 'only-running': { result: 'violated' } });
});

test('a base image is outdated as soon as its tag is known to point elsewhere', async () => {
  const [old, current] = [digestOf('a'), digestOf('b')];
  const labels = {
    'org.opencontainers.image.base.name': 'docker.io/library/debian:13',
    'org.opencontainers.image.base.digest': old,
  };
  const result = async () =>
    (await bench.store.images.all('acme'))
      .filter(({ repository }) => repository.endsWith('/app'))
      .map(
        ({ policies }) => (JSON.parse(policies) as Record<string, { result: string }>)['no-stale-base-images']?.result,
      );
  await bench.push(trivyReport('app:1', [], { labels }));
  expect(await result()).toEqual(['no-data']);
  await bench.push(trivyReport('debian:13', [], { digest: old }));
  await bench.supply.tick();
  expect(await result()).toEqual(['compliant']);
  bench.advance(1000);
  await bench.push(trivyReport('debian:13', [], { digest: current }));
  await bench.supply.tick();
  expect(await result()).toEqual(['violated']);
});

test('the catalogue of known exploited vulnerabilities counts from when it is there, and when it changes', async () => {
  const write = (...cves: string[]) =>
    writeFileSync(kev, JSON.stringify({ vulnerabilities: cves.map((cveID) => ({ cveID, vulnerabilityName: 'x' })) }));
  const known = async () => (await bench.store.images.all('acme')).map(({ knownExploited }) => knownExploited);
  await bench.push(trivyReport('app:1', vulnerable));
  expect(await known()).toEqual([undefined]);
  write('CVE-2024-1000');
  await bench.supply.start();
  await bench.supply.tick();
  expect(await known()).toEqual([1]);
  expect((await stored())[0]).toMatchObject({ 'high-profile-vulnerabilities': { result: 'violated' } });
  write('CVE-2024-2200');
  await bench.restart();
  await bench.supply.start();
  await bench.supply.tick();
  expect(await known()).toEqual([0]);
});
