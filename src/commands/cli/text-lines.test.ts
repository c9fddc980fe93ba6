import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { createTempFolder } from '../../../test/support/temp-folder.ts';
import { textLines, writeLines } from './text-lines.ts';

const folder = createTempFolder();
afterAll(() => folder.remove());
let folders = 0;
function newFolder(): string {
  folders += 1;
  const path = join(folder.path, String(folders));
  mkdirSync(path);
  return path;
}

async function* bytesOf(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* Readable.from(chunks);
}

async function collect(lines: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

it('lines come out as they went in, however their bytes were cut', async () => {
  const line = fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\n', ''));
  await fc.assert(
    fc.asyncProperty(fc.array(line, { minLength: 1 }), fc.integer({ min: 1, max: 7 }), async (lines, size) => {
      const whole = Buffer.from(lines.map((text) => `${text}\n`).join(''));
      const chunks = Array.from({ length: Math.ceil(whole.length / size) }, (_, index) =>
        whole.subarray(index * size, (index + 1) * size),
      );
      expect(await collect(textLines(bytesOf(...chunks)))).toEqual(lines);
    }),
  );
});

it('a last line without its end is a line too', async () => {
  expect(await collect(textLines(bytesOf(Buffer.from('a\nb'))))).toEqual(['a', 'b']);
  expect(await collect(textLines(bytesOf()))).toEqual([]);
});

it('a file is put in place whole, for its owner alone', async () => {
  const path = join(newFolder(), 'out.jsonl');
  writeFileSync(path, 'before');
  expect(await writeLines(path, textLines(bytesOf(Buffer.from('a\nb\n'))))).toBe(2);
  expect(readFileSync(path, 'utf8')).toBe('a\nb\n');
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

it('a writing that breaks off leaves what was there, and nothing else', async () => {
  const inside = newFolder();
  const path = join(inside, 'out.jsonl');
  writeFileSync(path, 'before');
  async function* broken(): AsyncGenerator<string> {
    yield* Readable.from(['a']);
    throw new Error('the line was cut');
  }
  await expect(writeLines(path, broken())).rejects.toThrow('the line was cut');
  expect(readFileSync(path, 'utf8')).toBe('before');
  expect(readdirSync(inside)).toEqual(['out.jsonl']);
});

it('a place where no file can be is told', async () => {
  const inside = newFolder();
  await expect(writeLines(join(inside, 'no', 'out'), textLines(bytesOf()))).rejects.toThrow(
    'cannot be written: no such',
  );
  await expect(writeLines(inside, textLines(bytesOf()))).rejects.toThrow(/cannot be written: it is a directory/);
});
