import type { z, ZodType } from 'zod';
import type { Entry } from '../counting/pairs.ts';
import type { Report, ReportFormat } from '../report.ts';
import type { DeferredList } from './fields.ts';
import { placeOfPath, toJsonPath } from './json/place.ts';
import { fail as failReport, type ReportFaultCode } from './report-fault.ts';

/** What a format's reader makes of a report; the pairs are made for all formats in one place. */
export type ParsedReport = Omit<Report, 'format' | 'findings' | 'vex'> & {
  entries: Iterable<Entry> | undefined;
  vex?: Report['vex'];
};

/** A JSON value as it was kept of the text: nothing in it is checked. */
export type RawDocument = Readonly<Record<string, unknown>> | readonly unknown[];

/** Refuses the report for what stands at the path. */
export type Fail = (code: ReportFaultCode, reason: string, path: readonly PropertyKey[]) => never;

/** One kind of report. */
export interface FormatReader {
  format: ReportFormat;
  /** What is kept of the text. */
  schema: ZodType;
  /** Whether it is of this kind, by names that no other kind has; `names` are all that stand at its top. */
  recognises(document: RawDocument, names: readonly string[]): boolean;
  /**
   * @param at Where it stands in the text's document.
   * @throws {ReportFault} for a version that is not known, and for what is not of the kind's form
   */
  read(document: RawDocument, at?: readonly PropertyKey[]): ParsedReport;
}

interface FormatDefinition<S extends ZodType> {
  format: ReportFormat;
  schema: S;
  recognises(document: RawDocument, names: readonly string[]): boolean;
  /** Before the form is checked: a newer version may have another. */
  checkVersion?(document: RawDocument, fail: Fail): void;
  read(report: z.output<S>, fail: Fail): ParsedReport;
}

export function defineFormat<S extends ZodType>(definition: FormatDefinition<S>): FormatReader {
  const { format, schema } = definition;
  return {
    format,
    schema,
    recognises: (document, names) => definition.recognises(document, names),
    read(document, at = []) {
      const fail: Fail = (code, reason, path) =>
        failReport(code, reason, { place: placeOfPath(document, path), path: toJsonPath([...at, ...path]) });
      definition.checkVersion?.(document, fail);
      const result = schema.safeParse(document);
      if (!result.success) {
        const [issue] = result.error.issues;
        fail('REPORT_INVALID', `it is no ${format} report: ${issue?.message ?? 'invalid'}`, issue?.path ?? []);
      }
      return definition.read(result.data, fail);
    },
  };
}

/** Takes the entries out of a long list, so that of each only what counts stays in memory. */
export function* takeEntries<T>(
  { entries, schema }: DeferredList<T>,
  path: readonly PropertyKey[],
  fail: Fail,
): Generator<T> {
  for (let index = 0; index < entries.length; index += 1) {
    const result = schema.safeParse(entries[index]);
    if (!result.success) {
      const [issue] = result.error.issues;
      fail('REPORT_INVALID', issue?.message ?? 'Invalid input', [...path, index, ...(issue?.path ?? [])]);
    }
    entries[index] = undefined;
    yield result.data;
  }
}

/** Whether the document is an object that has the name, whatever its value. */
export function hasName(document: RawDocument, name: string): document is Readonly<Record<string, unknown>> {
  return !Array.isArray(document) && Object.hasOwn(document, name);
}
