import { closeSync, fstatSync, openSync, readFileSync, statSync, type BigIntStats } from 'node:fs';
import { systemCode } from '../base/errors.ts';

/** Files by path, each with a stamp that is another one when the file is. */
export type FileStamps = ReadonlyMap<string, string>;

export interface StampedReads {
  /** Reads a file whole, or says in words why that failed. Remembers its stamp in both cases. */
  read(path: string): { text: string } | { text?: undefined; reason: string };
  stamps: FileStamps;
}

/**
 * Reads files and remembers what they were at the time of reading. The stamp is taken before the content,
 * so a change in between is seen as a change later rather than missed.
 */
export function createStampedReads(): StampedReads {
  const stamps = new Map<string, string>();
  return {
    stamps,
    read(path) {
      try {
        const file = openSync(path, 'r');
        try {
          stamps.set(path, toStamp(fstatSync(file, { bigint: true })));
          return { text: readFileSync(file, 'utf8') };
        } finally {
          closeSync(file);
        }
      } catch (error) {
        if (!stamps.has(path)) stamps.set(path, currentStamp(path));
        return { reason: `cannot read ${path}: ${reasonOf(error)}` };
      }
    },
  };
}

/** Whether any of the files has changed, appeared or gone since it was read. */
export function hasChanged(stamps: FileStamps): boolean {
  for (const [path, stamp] of stamps) if (currentStamp(path) !== stamp) return true;
  return false;
}

function currentStamp(path: string): string {
  try {
    return toStamp(statSync(path, { bigint: true }));
  } catch (error) {
    return systemCode(error) ?? 'unreadable';
  }
}

/** Mounted secrets change by a link to another folder: same time and size may be, the inode is not. */
function toStamp(stats: BigIntStats): string {
  return `${stats.mtimeNs}/${stats.ctimeNs}/${stats.size}/${stats.ino}`;
}

function reasonOf(error: unknown): string {
  switch (systemCode(error)) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EACCES':
      return 'this user may not read it';
    case 'EISDIR':
      return 'it is a directory';
    default:
      return systemCode(error) ?? String(error);
  }
}
