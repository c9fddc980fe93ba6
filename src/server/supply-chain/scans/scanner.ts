import { errorText, TallymanError } from '../../../base/errors.ts';
import type { Report } from '../../../supply-chain/report.ts';
import type { ScanConfig } from '../config.ts';
import type { ReportReading } from '../reading.ts';
import { refusedReport, startScanner } from './scanner-process.ts';

/** How each is asked for a report of an image. */
const argumentsOf = {
  trivy: (image: string) => ['image', '--quiet', '--format', 'json', image],
  grype: (image: string) => ['--quiet', '--output', 'json', image],
} as const;
export type ScannerName = keyof typeof argumentsOf;

export interface Scanner {
  /** Which one is there; throws SCANNER_MISSING. */
  find(): Promise<ScannerName>;
  /** Throws SCAN_FAILED with the scanner's own words, and ReportFault for a report that cannot be read. */
  scan(name: ScannerName, image: string, signal: AbortSignal): Promise<Report>;
}

const versionTimeoutMs = 30_000;

export function createScanner(config: ScanConfig, reading: ReportReading): Scanner {
  const { environment, timeoutMs } = config;
  const wanted: readonly ScannerName[] =
    config.scanner === 'none' ? [] : config.scanner === 'auto' ? ['trivy', 'grype'] : [config.scanner];

  const isThere = async (name: ScannerName): Promise<boolean> => {
    const options = { environment, timeoutMs: versionTimeoutMs, signal: new AbortController().signal };
    const asked = startScanner(name, ['--version'], options);
    for await (const _ of asked.output);
    return (await asked.ended).failure === undefined;
  };

  return {
    async find() {
      for (const name of wanted) if (await isThere(name)) return name;
      const why =
        wanted.length === 0
          ? 'scan.scanner is none'
          : `${wanted.join(' and ')} ${wanted.length > 1 ? 'are' : 'is'} not`;
      throw new TallymanError(
        'SCANNER_MISSING',
        wanted.length === 0
          ? `no images are scanned: ${why}`
          : `no images are scanned: ${why} on the server's PATH; install one, or push reports`,
      );
    },
    async scan(name, image, signal) {
      const process = startScanner(name, argumentsOf[name](image), { environment, timeoutMs, signal });
      const [read, ended] = await Promise.allSettled([
        reading.read(process.output, { bytes: undefined, signal }).catch((error: unknown) => {
          process.refuse();
          throw error;
        }),
        process.ended,
      ]);
      // What is wrong with a report that was never finished, is why it was not.
      const failure = ended.status === 'fulfilled' ? ended.value.failure : errorText(ended.reason);
      if (read.status === 'fulfilled' && failure === undefined) return read.value;
      if (read.status === 'rejected' && (failure === undefined || failure === refusedReport)) throw read.reason;
      throw new TallymanError('SCAN_FAILED', `${name} has no report of ${image}: ${String(failure)}`);
    },
  };
}
