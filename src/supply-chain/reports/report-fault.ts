import { TallymanError } from '../../base/errors.ts';

export type ReportFaultCode =
  | 'REPORT_CUT'
  | 'REPORT_ENCODING'
  | 'REPORT_FAILED'
  | 'REPORT_IMAGES'
  | 'REPORT_INVALID'
  | 'REPORT_SYNTAX'
  | 'REPORT_TOO_LARGE'
  | 'REPORT_UNKNOWN'
  | 'REPORT_VERSION';

/** A place in the report's (uncompressed) text. Lines and columns are counted from 1, columns in bytes. */
export interface Place {
  offset: number;
  line: number;
  column: number;
}

export interface Whereabouts {
  place?: Place | undefined;
  /** JSONPath: `$.Results[0].Vulnerabilities[3].PkgName`. */
  path?: string | undefined;
}

/** A report that is refused as a whole: why, and where in it. */
export class ReportFault extends TallymanError {
  override readonly code: ReportFaultCode;
  readonly reason: string;
  readonly place: Place | undefined;
  readonly path: string | undefined;

  constructor(code: ReportFaultCode, reason: string, { place, path }: Whereabouts = {}) {
    super(code, `the report is refused: ${reason}${whereText(place, path)}`);
    this.name = 'ReportFault';
    this.code = code;
    this.reason = reason;
    this.place = place;
    this.path = path;
  }
}

/** Refuses the report. */
export function fail(code: ReportFaultCode, reason: string, where?: Whereabouts): never {
  throw new ReportFault(code, reason, where);
}

function whereText(place: Place | undefined, path: string | undefined): string {
  const parts = [
    ...(place === undefined
      ? []
      : [`line ${String(place.line)}, column ${String(place.column)}, byte ${String(place.offset)}`]),
    ...(path === undefined ? [] : [path]),
  ];
  return parts.length === 0 ? '' : ` (${parts.join(': ')})`;
}
