import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, expect, it } from 'vitest';
import { createTempFolder } from '../../../test/support/temp-folder.ts';
import { findReportFile, watchedBytes } from './report-file.ts';

const folder = createTempFolder();
afterAll(() => folder.remove());

async function watch(path: string, input = Buffer.alloc(0)): Promise<{ length: number; shown: string[] }> {
  const shown: string[] = [];
  let length = 0;
  const file = findReportFile(path, () => Readable.from([input.subarray(0, 5_000_000), input.subarray(5_000_000)]));
  for await (const chunk of watchedBytes(file, (text) => shown.push(text))) length += chunk.length;
  return { length, shown };
}

it('tells how far it is with a large file', async () => {
  const path = join(folder.path, 'large.json');
  writeFileSync(path, Buffer.alloc(10_000_000));
  const { length, shown } = await watch(path);
  expect(length).toBe(10_000_000);
  expect(shown[0]).toMatch(/large\.json: \d+ % of 10\.0 MB$/);
  expect(shown.at(-2)).toMatch(/100 % of 10\.0 MB$/);
  expect(shown.at(-1)).toBe(`${path}: 10.0 MB sent; the server reads the report`);
});

it('tells how much of standard input it has sent, whose size nobody knows', async () => {
  expect(await watch('-', Buffer.alloc(6_000_000))).toEqual({
    length: 6_000_000,
    shown: ['standard input: 5.0 MB sent', 'standard input: 6.0 MB sent', 'standard input: 6.0 MB sent; the server reads the report'], // prettier-ignore
  });
});

it('says nothing of a small one', async () => {
  const path = join(folder.path, 'small.json');
  writeFileSync(path, '{}');
  expect(await watch(path)).toEqual({ length: 2, shown: [] });
});

it('refuses what cannot be read before anything is sent', () => {
  const find = (path: string) => () => findReportFile(path, () => Readable.from([]));
  expect(find(join(folder.path, 'missing'))).toThrow(/missing cannot be read: /);
  expect(find(folder.path)).toThrow('is a folder: name the reports in it');
});
