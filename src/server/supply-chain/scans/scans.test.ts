import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTempFolder, type TempFolder } from '../../../../test/support/temp-folder.ts';
import { waitFor } from '../../../../test/support/wait-for.ts';
import type { ScanConfig } from '../config.ts';
import { admin, digestOf, openSupplyBench, trivyReport, type SupplyBench } from '../test-kit/supply-bench.ts';

let folder: TempFolder;
let bench: SupplyBench | undefined;
beforeEach(() => void (folder = createTempFolder()));
afterEach(async () => {
  await bench?.[Symbol.asyncDispose]();
  bench = undefined;
  folder.remove();
});

const calls = () => join(folder.path, 'calls');
const called = () => (existsSync(calls()) ? readFileSync(calls(), 'utf8').trim().split('\n') : []);

/** A script with a scanner's name that only prints what was recorded, and says that it is a stand-in. */
function standIn(name: string, body: string): void {
  const script = `#!/bin/sh
case "$1" in --version) echo "a stand-in for ${name}, for tests"; exit 0;; esac
echo "$@" >> ${calls()}
${body}
`;
  writeFileSync(join(folder.path, name), script);
  chmodSync(join(folder.path, name), 0o755);
}

async function open(scan: Partial<ScanConfig> = {}, inBackground = true): Promise<SupplyBench> {
  const environment = { PATH: `${folder.path}:/usr/bin:/bin`, TALLYMAN_SECRET: 'secret', HOME: '/root' };
  bench = await openSupplyBench({
    inBackground,
    config: { scan: { scanner: 'auto', intervalMs: 0, timeoutMs: 30_000, environment, ...scan } },
  });
  await bench.addOrg('acme');
  return bench;
}

function record(name: string, report: object): string {
  const path = join(folder.path, `${name}.json`);
  writeFileSync(path, JSON.stringify(report));
  return `cat ${path}`;
}

const ask = (one: SupplyBench, body: object) => one.call('POST', '/api/v1/orgs/acme/scans', { ...admin, body });
const images = async (one: SupplyBench) =>
  (await one.store.images.all('acme')).map(({ digest, counts }) => [digest, counts?.high]);
const vulnerable = [{ id: 'CVE-2024-1' }];

test('without a scanner it is told what to install', async () => {
  const one = await open({ environment: { PATH: folder.path } });
  expect(await ask(one, { images: ['app:1'] })).toMatchObject({ status: 409, json: { code: 'SCANNER_MISSING' } });
  await one.supply.start();
});

test('an image is scanned in the background, and its report is that of the image that was asked for', async () => {
  standIn('trivy', record('app', trivyReport('whatever:9', vulnerable)));
  const one = await open();
  expect(await ask(one, { images: ['app:1', 'app:1'] })).toMatchObject({
    status: 200,
    json: { scanner: 'trivy', queued: ['docker.io/library/app:1'] },
  });
  await waitFor('the report', async () => (await images(one)).length > 0);
  expect(await images(one)).toEqual([['tag:docker.io/library/app:1', 1]]);
  expect(called()).toEqual(['image --quiet --format json docker.io/library/app:1']);
});

test('a command waits for its scans, and is told which failed', async () => {
  standIn(
    'grype',
    `case "$4" in *bad*) echo 'no such image' >&2; exit 1;; esac; ${record('app', trivyReport('x', vulnerable))}`,
  );
  const one = await open({}, false);
  expect((await ask(one, { images: ['good'] })).status).toBe(200);
  expect(await images(one)).toHaveLength(1);
  const failed = await ask(one, { images: ['bad:1', 'good:2'] });
  expect(failed).toMatchObject({ status: 502, json: { code: 'SCAN_FAILED' } });
  expect(failed.json.detail).toContain('no such image');
  expect(await images(one)).toHaveLength(2);
});

test('scans happen one at a time', async () => {
  const lock = join(folder.path, 'lock');
  standIn(
    'trivy',
    `mkdir ${lock} || { echo overlap >&2; exit 1; }; ${record('app', trivyReport('x', []))}; rmdir ${lock}`,
  );
  const one = await open();
  const asked = Array.from({ length: 6 }, (_, index) => ask(one, { images: [`app:${String(index)}`] }));
  expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(asked.map(() => 200));
  await waitFor('all of them', async () => (await images(one)).length === 6, { withinMs: 60_000 });
});

test('one that takes too long is ended, with what it has started', async () => {
  const pid = join(folder.path, 'pid');
  standIn('trivy', `sleep 600 & echo $! > ${pid}; wait`);
  const one = await open({ timeoutMs: 500 }, false);
  const failed = await ask(one, { images: ['app:1'] });
  expect(failed).toMatchObject({ status: 502, json: { code: 'SCAN_FAILED' } });
  expect(failed.json.detail).toContain('longer than 0.5 s');
  const child = readFileSync(pid, 'utf8').trim();
  await waitFor(
    'its child to be gone',
    () => !existsSync(`/proc/${child}`) || readFileSync(`/proc/${child}/stat`, 'utf8').includes(' Z '),
  );
});

test("what it prints that is no report is refused; the last good one stays; the server's settings are not shown to it", async () => {
  standIn('trivy', `env > ${join(folder.path, 'env')}; echo '{"no": "report"}'`);
  const one = await open({}, false);
  await one.push(trivyReport('app:1', vulnerable));
  expect((await ask(one, { images: ['app:1'] })).json).toMatchObject({ code: 'SCAN_FAILED' });
  expect(await images(one)).toEqual([['tag:docker.io/library/app:1', 1]]);
  const seen = readFileSync(join(folder.path, 'env'), 'utf8');
  expect(seen).toContain('HOME=/root');
  expect(seen).not.toContain('SECRET');
});

test('references are checked before a scanner sees them', async () => {
  standIn('trivy', 'exit 1');
  const one = await open();
  for (const image of ['--server=http://x', '-h', '$(id)', 'a b', ''])
    expect((await ask(one, { images: [image] })).status).toBe(400);
  expect((await ask(one, {})).json).toMatchObject({ code: 'SCAN_NOTHING' });
  expect(called()).toEqual([]);
});

test('what runs is scanned on request', async () => {
  standIn('trivy', record('app', trivyReport('x', [])));
  const one = await open();
  one.run({
    'web-1': [{ image: 'app:1' }, { image: 'app:1' }, { image: digestOf('a') }],
    'web-2': [{ image: 'db', state: 'exited' }],
  });
  expect((await ask(one, { running: true })).json).toMatchObject({ queued: ['docker.io/library/app:1'] });
});

test('by schedule: what runs or was never scanned, when its last scan is too old', async () => {
  standIn('trivy', record('app', trivyReport('x', vulnerable, { createdAt: '2030-01-01T00:00:00Z' })));
  const one = await open({ intervalMs: 86_400_000 });
  const c = digestOf('c');
  await one.call('POST', '/api/v1/orgs/acme/environments/production', { ...admin, body: { images: [`new@${c}`] } });
  await one.push(trivyReport('idle:1', [], { createdAt: '2020-01-01T00:00:00Z' }));
  one.run({ 'web-1': [{ image: 'app:1' }] });
  const round = async (count: number) => {
    await one.supply.tick();
    await waitFor('the scans', () => called().length === count);
    await waitFor('the reports', async () => (await images(one)).length === 3);
    await one.supply.tick();
  };
  await round(2);
  expect(
    called()
      .map((line) => line.split(' ').at(-1))
      .toSorted(),
  ).toEqual(['docker.io/library/app:1', `docker.io/library/new@${c}`]);
  one.advance(86_400_000);
  await round(3);
  expect(called().at(-1)).toContain('docker.io/library/app:1');
});
