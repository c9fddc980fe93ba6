import { readReport } from '../../supply-chain/reports/read-report.ts';
import type { Report } from '../../supply-chain/report.ts';
import { createSemaphore } from '../../base/semaphore.ts';
import { ApiProblem } from '../api/problem.ts';

/** Reads reports, a bounded number at a time: what is kept of a large one takes its room. */
export interface ReportReading {
  /**
   * @param bytes How long it is, where that is known.
   * @throws {ReportFault} for a report that is refused, ApiProblem (503) where too many wait already
   */
  read(source: AsyncIterable<Uint8Array>, options: { bytes: number | undefined; signal: AbortSignal }): Promise<Report>;
}

const smallBytes = 8 * 1024 * 1024;
const smallAtOnce = 4;
const waitingAtMost = 200;

export function createReportReading(maxBytes: number): ReportReading {
  const small = createSemaphore(() => smallAtOnce);
  const large = createSemaphore(() => 1);
  let waiting = 0;

  return {
    async read(source, { bytes, signal }) {
      if (waiting >= waitingAtMost)
        throw new ApiProblem(503, 'REPORT_BUSY', 'too many reports are read at this moment: push it again', {
          'Retry-After': '10',
        });
      waiting += 1;
      try {
        const place = bytes !== undefined && bytes <= smallBytes ? small : large;
        return await place.run(() => readReport(source, { limits: { bytes: maxBytes }, signal }), signal);
      } finally {
        waiting -= 1;
      }
    },
  };
}
