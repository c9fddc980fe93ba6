import { copyFileSync, mkdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runCommand } from '../test/support/run-command.ts';
import { createTempFolder } from '../test/support/temp-folder.ts';

export interface StagedProgram extends Disposable {
  /** The folder with bin/tallyman and what it needs. */
  readonly root: string;
}

const project = join(import.meta.dirname, '..');

/** What bin/tallyman needs, by its place in the package. */
const files = ['bin/tallyman', 'dist/tallyman.js', 'node_modules/.bin/node'];

/**
 * Copies the program and its runtime to a folder and drops the copies from the disk cache: the pages of program files
 * count for whoever reads them first, so a limited exporter pays for its own, as in a container on a fresh machine.
 */
export async function stageProgram(): Promise<StagedProgram> {
  const folder = createTempFolder();
  try {
    for (const file of files) {
      const copy = join(folder.path, file);
      mkdirSync(dirname(copy), { recursive: true });
      copyFileSync(realpathSync(join(project, file)), copy);
      await runCommand('sync', [copy]);
      await runCommand('dd', [`if=${copy}`, 'of=/dev/null', 'iflag=nocache', 'count=0']);
    }
    return { root: folder.path, [Symbol.dispose]: () => folder.remove() };
  } catch (error) {
    folder.remove();
    throw error;
  }
}
