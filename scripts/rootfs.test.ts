import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { runCommand } from '../test/support/run-command.ts';
import { createTempFolder } from '../test/support/temp-folder.ts';
import { measureArchive, packArchive } from './rootfs-archive.ts';
import { resolveLibraries } from './rootfs-libraries.ts';
import { normalize } from './rootfs.ts';

function makeTree(folder: string): string {
  const tree = join(folder, 'tree');
  mkdirSync(join(tree, 'lib/deep'), { recursive: true });
  mkdirSync(join(tree, 'tmp'));
  chmodSync(join(tree, 'tmp'), 0o1777);
  writeFileSync(join(tree, 'lib/deep/program'), 'x'.repeat(1000), { mode: 0o755 });
  writeFileSync(join(tree, 'empty'), '');
  symlinkSync('lib/deep', join(tree, 'link'));
  normalize(tree);
  return tree;
}

test('an archive is what tar reads: owners, modes, times, links', async () => {
  const folder = createTempFolder();
  const archive = await buffer(Readable.from(packArchive(makeTree(folder.path))));
  const { stdout } = await runCommand('tar', ['--numeric-owner', '--full-time', '--utc', '-tvf', '-'], {
    input: archive,
  });
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.replaceAll(/ +/g, ' ')),
  ).toEqual([
    '-rw-r--r-- 0/0 0 1970-01-01 00:00:00 empty',
    'drwxr-xr-x 0/0 0 1970-01-01 00:00:00 lib/',
    'drwxr-xr-x 0/0 0 1970-01-01 00:00:00 lib/deep/',
    '-rwxr-xr-x 0/0 1000 1970-01-01 00:00:00 lib/deep/program',
    'lrwxrwxrwx 0/0 0 1970-01-01 00:00:00 link -> lib/deep',
    'drwxrwxrwt 0/0 0 1970-01-01 00:00:00 tmp/',
  ]);
  folder.remove();
});

test('says what the files take, and what their archive takes after gzip', async () => {
  const folder = createTempFolder();
  const { unpacked, gzip } = await measureArchive(makeTree(folder.path));
  expect(unpacked).toBe(1000);
  expect(gzip).toBeLessThan(1000);
  folder.remove();
});

test("a program's libraries all go where the loader looks for libc", () => {
  const libraries = resolveLibraries(process.execPath);
  const names = libraries.map(({ to }) => to.split('/').at(-1));
  expect(names[0]).toMatch(/^ld-linux-/);
  expect(names).toContain('libstdc++.so.6');
  expect(new Set(libraries.slice(1).map(({ to }) => to.slice(0, to.lastIndexOf('/')))).size).toBe(1);
});
