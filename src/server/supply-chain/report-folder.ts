import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText, TallymanError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { createOnceLog } from '../../base/once-log.ts';
import type { Store } from '../../store/store.ts';
import { ApiProblem } from '../api/problem.ts';
import type { Ingest } from './images/ingest.ts';
import { serverWrite } from './images/write.ts';
import type { ReportReading } from './reading.ts';
import { toldFault } from './told.ts';

/**
 * Takes in the reports that appear in `<folder>/<organisation>/`, each once: then it is in `done/`, or in `refused/` with
 * the reason beside it. A file that is still being written, or has a name of one (a dot before, `.part` or `.tmp` after
 * it), is left until it is whole: until nothing has changed about it between two looks.
 */
export interface ReportFolder {
  look(): Promise<void>;
  stop(): void;
}

export interface ReportFolderOptions {
  path: string;
  store: Store;
  reading: ReportReading;
  ingest: Ingest;
  log: Log;
}

const unfinished = /^\.|\.(?:part|partial|tmp|crdownload)$/i;
const waitingAtMost = 100_000;

export function createReportFolder({ path, store, reading, ingest, log }: ReportFolderOptions): ReportFolder {
  const onceLog = createOnceLog(log);
  const ending = new AbortController();
  let seen = new Map<string, string>();

  const take = async (org: string, name: string): Promise<void> => {
    const file = join(path, org, name);
    const why = await refusal(file, async (source, bytes) => {
      const report = await reading.read(source, { bytes, signal: ending.signal });
      const write = serverWrite(store, 'report.push');
      const { row } = await ingest.add({ org, report, image: undefined, file: name, write });
      log.info({ org, file: name, image: `${row.repository}@${row.digest}` }, 'a report was taken in');
    });
    const moved = await move(join(path, org), name, why === undefined ? 'done' : 'refused');
    if (why === undefined) return;
    log.warn({ org, file: name }, `a report was refused: ${why}`);
    await writeFile(`${moved}.reason.txt`, `${why}\n`, { mode: 0o640 });
  };

  const lookAt = async (org: string, names: readonly string[], next: Map<string, string>): Promise<void> => {
    for (const name of names.toSorted()) {
      if (ending.signal.aborted || next.size >= waitingAtMost) return;
      const key = `${org}/${name}`;
      const stamp = await stampOf(join(path, key));
      if (stamp === undefined) continue;
      if (seen.get(key) !== stamp) {
        next.set(key, stamp);
        continue;
      }
      try {
        await take(org, name);
      } catch (error) {
        // Not the report's fault: it is tried again.
        next.set(key, stamp);
        if (!ending.signal.aborted)
          onceLog.warn(key, { org, file: name }, `a report is tried again later: ${errorText(error)}`);
      }
    }
  };

  return {
    stop: () => ending.abort(),
    async look() {
      const next = new Map<string, string>();
      for (const org of await namesIn(path)) {
        const names = (await namesIn(join(path, org))).filter((name) => !unfinished.test(name));
        if (names.every((name) => ['done', 'refused'].includes(name))) continue;
        if ((await store.orgs.get(org)) === undefined) {
          onceLog.warn(`org ${org}`, { folder: join(path, org) }, `reports wait: there is no organisation ${org}`);
          continue;
        }
        await lookAt(org, names, next);
      }
      seen = next;
    },
  };
}

/** Names in a folder; none of what is no folder. */
async function namesIn(folder: string): Promise<readonly string[]> {
  const stats = await lstat(folder);
  return stats.isDirectory() ? await readdir(folder) : [];
}

/** undefined: no plain file, or gone. */
async function stampOf(file: string): Promise<string | undefined> {
  const stats = await lstat(file).catch(() => undefined);
  return stats?.isFile() === true ? `${String(stats.size)} ${String(stats.mtimeMs)} ${String(stats.ino)}` : undefined;
}

/** Why the report is refused; undefined: it was taken. Rejects where that is not the report's fault. */
async function refusal(
  file: string,
  take: (source: AsyncIterable<Uint8Array>, bytes: number) => Promise<void>,
): Promise<string | undefined> {
  // Not through a link: whoever may write here need not be allowed to read elsewhere.
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { size } = await handle.stat();
    await take(handle.createReadStream({ autoClose: false }) as AsyncIterable<Buffer>, size);
    return undefined;
  } catch (error) {
    const fault = toldFault(error);
    if (fault instanceof ApiProblem && fault.status < 500) return `${fault.code}: ${fault.message}`;
    throw fault;
  } finally {
    await handle.close();
  }
}

async function move(folder: string, name: string, to: 'done' | 'refused'): Promise<string> {
  const target = join(folder, to);
  await mkdir(target, { recursive: true, mode: 0o750 });
  for (let number = 0; number < 10_000; number += 1) {
    const moved = join(target, number === 0 ? name : `${name}.${String(number)}`);
    if ((await lstat(moved).catch(() => undefined)) !== undefined) continue;
    await rename(join(folder, name), moved);
    return moved;
  }
  throw new TallymanError('REPORT_FOLDER', `${target} has too many files called ${name}: remove some`);
}
