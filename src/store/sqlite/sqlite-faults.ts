import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { TallymanError } from '../../base/errors.ts';

/** Primary result codes, https://www.sqlite.org/rescode.html */
const sqlite = { busy: 5, locked: 6, readOnly: 8, ioError: 10, corrupt: 11, full: 13, cantOpen: 14, notADatabase: 26 };

/** What SQLite, or the system about one of our files, complains of, with what to do about it. */
export function sqliteFault(error: unknown, path: string): unknown {
  const code = resultCode(error);
  if (code === undefined) return error;
  const fail = (name: string, message: string): TallymanError => new TallymanError(name, message, { cause: error });
  switch (code) {
    case sqlite.full:
      return fail('STORE_FULL', fullDisk(path));
    case sqlite.busy:
    case sqlite.locked:
      return fail('STORE_UNAVAILABLE', `another program keeps ${path} locked: try again, or end that program`);
    case sqlite.readOnly:
    case sqlite.cantOpen:
      return fail('STORE_UNAVAILABLE', `${path} cannot be written: give it and its folder to the user that runs this`);
    case sqlite.ioError:
      // what it says when the files beside the database cannot grow
      if (isDiskFull(path)) return fail('STORE_FULL', fullDisk(path));
      return fail('STORE_UNAVAILABLE', `reading or writing ${path} failed: look at its disk (${messageOf(error)})`);
    case sqlite.corrupt:
    case sqlite.notADatabase:
      return fail('STORE_DAMAGED', `${path} is damaged or no database: put it aside and restore a backup`);
    default:
      return fail('STORE_FAILED', `the database refused a statement: ${messageOf(error)}`);
  }
}

export function isBusy(error: unknown): boolean {
  return resultCode(error) === sqlite.busy;
}

function fullDisk(path: string): string {
  return `the disk of ${path} is full: make room, the server goes on by itself`;
}

/** The shared memory of the write-ahead log is 32 KiB and grows by as much. */
function isDiskFull(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize < 65_536;
  } catch {
    return false;
  }
}

function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  // the low byte: extended codes say more than is needed
  return error.errcode & 0xff;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
