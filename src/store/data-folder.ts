import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { TallymanError } from '../base/errors.ts';
import { readPrivateFile, writePrivateFile } from './keys/private-file.ts';
import { isBusy, sqliteFault } from './sqlite/sqlite-faults.ts';

export interface FolderLock {
  /** Can be called twice. */
  release(): void;
}

/**
 * Keeps a second server out of a data folder until this process ends, however it ends: a transaction on a file of its
 * own, whose lock the kernel gives back. Throws STORE_LOCKED.
 */
export function lockFolder(folder: string): FolderLock {
  const path = join(folder, 'server.lock');
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 0 });
    database.exec('begin exclusive');
  } catch (error) {
    database?.close();
    if (!isBusy(error)) throw sqliteFault(error, path);
    throw new TallymanError(
      'STORE_LOCKED',
      `another server works in ${folder}: stop it, or give this one another --data`,
      { cause: error },
    );
  }
  const held = database;
  return {
    release() {
      if (held.isOpen) held.close();
    },
  };
}

const uuid = /^[0-9a-f-]{36}$/;

/** Names the server for good; made at its first start. */
export async function readServerId(folder: string): Promise<string> {
  const path = join(folder, 'server-id');
  const kept = (await readPrivateFile(path))?.trim();
  if (kept !== undefined && uuid.test(kept)) return kept;
  const made = randomUUID();
  await writePrivateFile(path, `${made}\n`);
  return made;
}

export function databaseIn(folder: string): string {
  return join(folder, 'tallyman.db');
}

export function keyFileIn(folder: string): string {
  return join(folder, 'secret.key');
}

export function auditKeyIn(folder: string): string {
  return join(folder, auditKeyName);
}

/** The key of the audit log: a file beside SQLite's database, the name of a sealed key in PostgreSQL's. */
export const auditKeyName = 'audit.key';
