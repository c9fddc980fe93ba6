import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeFolder } from './make-folder.ts';

function temporary(): string {
  const path = mkdtempSync(join(tmpdir(), 'tallyman-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

test('makes what is missing, and leaves what is there', () => {
  const path = join(temporary(), 'a/b');
  makeFolder(path, 0o700);
  makeFolder(path, 0o755);
  expect(statSync(path).mode & 0o777).toBe(0o700);
});

test('ends with an error where no folder can be', () => {
  expect(() => makeFolder('/proc/nothing/here', 0o700)).toThrow(/ENOENT|EACCES|EPERM/);
  const file = join(temporary(), 'file');
  writeFileSync(file, '');
  expect(() => makeFolder(join(file, 'a'), 0o700)).toThrow(/ENOTDIR|EEXIST/);
});
