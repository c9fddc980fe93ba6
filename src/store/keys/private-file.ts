import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from '../../base/errors.ts';
import { makeFolder } from '../../base/make-folder.ts';
import { fileFault } from '../file-fault.ts';

/** undefined: there is none. */
export async function readPrivateFile(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw fileFault(error, path);
  }
}

/** Replaces a file as a whole, for its owner's eyes only; what was there stays until all of the new one is on the disk. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID().slice(0, 8)}.new`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    const folder = await open(dirname(path), 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw fileFault(error, path);
  }
}

/** Made for its owner alone if it is missing. */
export function makePrivateFolder(path: string): void {
  try {
    makeFolder(path, 0o700);
  } catch (error) {
    throw fileFault(error, path);
  }
}
