import { join } from 'node:path';
import type { PrivateEngine } from '../support/private-engine.ts';
import { runCommand } from '../support/run-command.ts';
import { createTempFolder } from '../support/temp-folder.ts';

/** The files of an image as `tar -tv` shows them without size and time: `-rwxr-xr-x 0/0 bin/node`. */
export async function listImageFiles(engine: PrivateEngine, image: string): Promise<string[]> {
  const folder = createTempFolder();
  const container = await engine.docker('create', image);
  try {
    const archive = join(folder.path, 'image.tar');
    await engine.docker('export', '--output', archive, container);
    const { stdout } = await runCommand('tar', ['--numeric-owner', '-tvf', archive]);
    return stdout
      .trim()
      .split('\n')
      .map((line) => line.replace(/^(\S+ \S+) +\d+ \S+ \S+ /, '$1 '))
      .toSorted();
  } finally {
    await engine.docker('rm', container);
    folder.remove();
  }
}
