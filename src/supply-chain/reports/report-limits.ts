const mebibyte = 1024 * 1024;

export interface ReportLimits {
  /** Of the report's text; of a compressed one, uncompressed. */
  bytes: number;
  /** Objects and lists inside each other. */
  depth: number;
  /** Of one text of the report, whether it is of use or not. */
  textBytes: number;
  /** Of what is kept of the report while it is read; the rest is passed over. */
  keptBytes: number;
  findings: number;
  packages: number;
}

/** The largest real reports have a few ten thousand findings in some ten megabytes. */
export const reportLimits: ReportLimits = {
  bytes: 200 * mebibyte,
  depth: 200,
  textBytes: 16 * mebibyte,
  keptBytes: 320 * mebibyte,
  findings: 500_000,
  packages: 500_000,
};
