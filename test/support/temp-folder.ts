import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { onExit } from './exit-hooks.ts';

/** Not the system's choice of a folder: a socket's path has at most 107 bytes. */
const parent = '/tmp';
const prefix = 'tallyman-';

export interface TempFolder {
  readonly path: string;
  /** May be called twice. */
  remove(): void;
}

/** Creates a folder with a short path. It goes with `remove()`, at the latest with the process. */
export function createTempFolder(): TempFolder {
  const path = mkdtempSync(join(parent, `${prefix}${String(process.pid)}-`));
  const remove = (): void => rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  const forget = onExit(remove);
  return {
    path,
    remove() {
      remove();
      forget();
    },
  };
}

/** The folders of test processes that ended without cleaning up (killed, or the machine went down). */
export function listAbandonedFolders(): string[] {
  return readdirSync(parent)
    .filter((name) => {
      const owner = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1];
      return owner !== undefined && !existsSync(`/proc/${owner}`);
    })
    .map((name) => join(parent, name));
}
