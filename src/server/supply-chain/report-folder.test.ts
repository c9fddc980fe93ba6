import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
  appendFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTempFolder, type TempFolder } from '../../../test/support/temp-folder.ts';
import { waitFor } from '../../../test/support/wait-for.ts';
import { openSupplyBench, trivyReport, type SupplyBench } from './test-kit/supply-bench.ts';

let folder: TempFolder;
let bench: SupplyBench;
const acme = (...names: string[]) => join(folder.path, 'acme', ...names);
beforeEach(async () => {
  folder = createTempFolder();
  bench = await openSupplyBench({ config: { reports: { folder: folder.path, maxBytes: 1_000_000 } } });
  await bench.addOrg('acme');
  mkdirSync(acme());
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
  folder.remove();
});

const images = async () => (await bench.store.images.all('acme')).map(({ repository }) => repository);
const report = JSON.stringify(trivyReport('app:1', [{ id: 'CVE-2024-1' }]));

test('reports are taken in once and moved away, refused ones with the reason', async () => {
  writeFileSync(acme('good.json'), report);
  writeFileSync(acme('cut.json'), report.slice(0, 100));
  writeFileSync(acme('unnamed.json'), JSON.stringify(trivyReport('/x.tar', [])));
  await bench.supply.start();
  await waitFor('all to be moved', () => readdirSync(acme()).toSorted().join() === 'done,refused');
  expect(readdirSync(acme('done'))).toEqual(['good.json']);
  expect(readdirSync(acme('refused')).toSorted()).toEqual([
    ...['cut.json', 'cut.json.reason.txt', 'unnamed.json', 'unnamed.json.reason.txt'],
  ]);
  expect(readFileSync(acme('refused', 'cut.json.reason.txt'), 'utf8')).toMatch(/^REPORT_CUT: .*line 1, column \d+/);
  expect(readFileSync(acme('refused', 'unnamed.json.reason.txt'), 'utf8')).toMatch(/^IMAGE_UNNAMED: /);
  expect(await images()).toEqual(['docker.io/library/app']);
  writeFileSync(acme('good.json'), report);
  await waitFor('the second of its name', () => existsSync(acme('done', 'good.json.1')));
  expect(await bench.store.audit.list({ limit: 10, action: 'report.push' })).toMatchObject([
    { actor: 'server', detail: { org: 'acme', file: 'good.json' } },
    { actor: 'server' },
  ]);
});

test('a file that grows is left until it is whole; names of unfinished ones always are', async () => {
  writeFileSync(acme('slow.json'), '');
  writeFileSync(acme('.hidden.json'), report);
  writeFileSync(acme('copied.json.part'), report);
  await bench.supply.start();
  for (let index = 0; index < report.length; index += 40) {
    appendFileSync(acme('slow.json'), report.slice(index, index + 40));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await waitFor('it to be done', () => existsSync(acme('done', 'slow.json')) || existsSync(acme('refused')), {
    withinMs: 60_000,
  });
  expect(readdirSync(acme()).toSorted()).toContain('.hidden.json');
  renameSync(acme('copied.json.part'), acme('copied.json'));
  await waitFor('the renamed one', () => existsSync(acme('done', 'copied.json')));
});

test('links, folders and organisations that are not there are left alone', async () => {
  const secret = join(folder.path, 'secret.json');
  writeFileSync(secret, report);
  symlinkSync(secret, acme('link.json'));
  mkdirSync(acme('folder.json'));
  mkdirSync(join(folder.path, 'nobody'));
  writeFileSync(join(folder.path, 'nobody', 'a.json'), report);
  writeFileSync(acme('last.json'), JSON.stringify(trivyReport('last:1', [])));
  await bench.supply.start();
  await waitFor('the good one', () => existsSync(acme('done', 'last.json')));
  expect(await images()).toEqual(['docker.io/library/last']);
  expect(existsSync(acme('link.json'))).toBe(true);
  expect(readdirSync(join(folder.path, 'nobody'))).toEqual(['a.json']);
  // It waits for its organisation.
  await bench.addOrg('nobody').catch(() => undefined);
  await waitFor('the other', () => existsSync(join(folder.path, 'nobody', 'done', 'a.json')));
});
