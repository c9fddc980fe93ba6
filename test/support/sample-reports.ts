import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** The small reports that are part of the project. */
const small = new URL('../fixtures/reports/', import.meta.url);
/** Real reports of real scanners, kept beside the checkouts of those who work on it; not everybody has them. */
const real = new URL('../../../shared/fixtures/reports/', import.meta.url);

export const hasRealReports = existsSync(real);

/** Why tests that need them are skipped. */
export const noRealReports = 'the real reports are not there (../shared/fixtures/reports)';

export interface SampleReport {
  name: string;
  bytes: Uint8Array;
}

export function readRealReport(name: string): Uint8Array {
  return readFileSync(new URL(name, real));
}

export function readSmallReport(name: string): Uint8Array {
  return readFileSync(new URL(name, small));
}

/** Every report that there is. */
export function sampleReports(): SampleReport[] {
  return [small, ...(hasRealReports ? [real] : [])].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => !name.endsWith('.md'))
      .map((name) => ({ name, bytes: readFileSync(new URL(name, folder)) })),
  );
}
