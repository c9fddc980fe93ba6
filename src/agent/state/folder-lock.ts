import { chmodSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** SQLite's result code for "somebody else has it". */
const busy = 5;

/**
 * Takes a lock that the kernel frees when the process ends, however it ends: an exclusive transaction on a small
 * database of its own. undefined: another process has it. Throws the system's or SQLite's error.
 */
export function lockFile(path: string): { release(): void } | undefined {
  const database = new DatabaseSync(path);
  try {
    // Neither waits for the other process nor leaves a journal behind.
    database.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    chmodSync(path, 0o600);
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  return {
    release() {
      if (database.isOpen) database.close();
    },
  };
}

function isBusy(error: unknown): boolean {
  const code = error instanceof Error ? (error as Error & { errcode?: number }).errcode : undefined;
  // The upper bits of an extended code say more than is asked here.
  return code !== undefined && (code & 0xff) === busy;
}
