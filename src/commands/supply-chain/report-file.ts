import { createReadStream, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { TallymanError } from '../../base/errors.ts';
import { systemWords } from '../../config/system-words.ts';

/** Stands for standard input. */
export const standardInput = '-';

export interface ReportFile {
  /** As it was given. */
  path: string;
  /** For the server's words about it; undefined for standard input. */
  name: string | undefined;
  /** undefined: it has to be read to be known. */
  bytes: number | undefined;
  open(): AsyncIterable<Uint8Array>;
}

/** Throws CLI_FILE for one that cannot be read, before anything is sent. */
export function findReportFile(path: string, openInput: () => Readable): ReportFile {
  if (path === standardInput) {
    return { path, name: undefined, bytes: undefined, open: () => openInput() as AsyncIterable<Buffer> };
  }
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) throw new TallymanError('CLI_FILE', `${path} is a folder: name the reports in it`);
    return { path, name: basename(path), bytes: stats.isFile() ? stats.size : undefined, open: () => bytesOf(path) };
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>;
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): TallymanError {
  if (error instanceof TallymanError) return error;
  return new TallymanError('CLI_FILE', `${path} cannot be read: ${systemWords(error)}`, { cause: error });
}

/** Smaller ones are there before anybody could read a line about them. */
const largeBytes = 4 * 1024 * 1024;

/** The bytes of a report, telling how far it is with a large one. */
export async function* watchedBytes(file: ReportFile, show: (text: string) => void): AsyncGenerator<Uint8Array> {
  const { path, bytes } = file;
  const name = path === standardInput ? 'standard input' : path;
  let sent = 0;
  for await (const chunk of file.open()) {
    yield chunk;
    sent += chunk.length;
    if ((bytes ?? sent) < largeBytes) continue;
    show(
      `${name}: ${bytes === undefined ? `${megabytes(sent)} sent` : `${percent(sent, bytes)} of ${megabytes(bytes)}`}`,
    );
  }
  if (sent >= largeBytes) show(`${name}: ${megabytes(sent)} sent; the server reads the report`);
}

function percent(part: number, whole: number): string {
  return `${String(Math.min(100, Math.floor((part / whole) * 100)))} %`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
