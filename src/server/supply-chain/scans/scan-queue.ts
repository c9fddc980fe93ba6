import { errorText } from '../../../base/errors.ts';
import type { Log } from '../../../base/log.ts';
import type { Store } from '../../../store/store.ts';
import { ApiProblem } from '../../api/problem.ts';
import type { Ingest } from '../images/ingest.ts';
import { serverWrite } from '../images/write.ts';
import type { Scanner, ScannerName } from './scanner.ts';

export interface ScanJob {
  org: string;
  image: string;
}

/** Scans images one at a time, in the order in which they were asked for. */
export interface ScanQueue {
  /** Those that were not waiting already; throws ApiProblem (503) where too many wait. */
  add(name: ScannerName, jobs: readonly ScanJob[]): readonly ScanJob[];
  /** One scan, now. Rejects with why it failed. */
  scan(name: ScannerName, job: ScanJob): Promise<void>;
  /** Resolves when nothing waits. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

const waitingAtMost = 5000;

export function createScanQueue(options: { store: Store; scanner: Scanner; ingest: Ingest; log: Log }): ScanQueue {
  const { store, scanner, ingest, log } = options;
  const waiting = new Map<string, { name: ScannerName; job: ScanJob }>();
  const ending = new AbortController();
  let running: Promise<void> | undefined;

  const scan = async (name: ScannerName, { org, image }: ScanJob): Promise<void> => {
    const report = await scanner.scan(name, image, ending.signal);
    await ingest.add({ org, report, image, file: undefined, write: serverWrite(store, 'report.push') });
  };

  const work = async (): Promise<void> => {
    for (const [key, { name, job }] of waiting) {
      if (ending.signal.aborted) return;
      waiting.delete(key);
      try {
        await scan(name, job);
        log.info({ ...job, scanner: name }, 'an image was scanned');
      } catch (error) {
        if (!ending.signal.aborted)
          log.warn({ ...job, scanner: name }, `an image was not scanned: ${errorText(error)}`);
      }
    }
  };

  return {
    scan,
    add(name, jobs) {
      const added = jobs.filter(({ org, image }) => !waiting.has(`${org} ${image}`));
      if (waiting.size + added.length > waitingAtMost)
        throw new ApiProblem(503, 'SCAN_QUEUE_FULL', 'too many images wait to be scanned: try again later', {
          'Retry-After': '600',
        });
      for (const job of added) waiting.set(`${job.org} ${job.image}`, { name, job });
      // What is added while it works, it does too.
      running ??= work().finally(() => (running = undefined));
      return added;
    },
    idle: () => running ?? Promise.resolve(),
    async stop() {
      ending.abort();
      waiting.clear();
      await running;
    },
  };
}
