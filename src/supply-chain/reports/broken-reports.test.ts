import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleReports, type SampleReport } from '../../../test/support/sample-reports.ts';
import { severities } from '../report.ts';
import { readReport } from './read-report.ts';
import { ReportFault } from './report-fault.ts';

/** So many of a large one take as long as of a small one. */
function runsFor({ bytes }: SampleReport): number {
  return Math.round(Math.min(120, Math.max(6, 4_000_000 / bytes.length)));
}

async function outcomeOf(bytes: Uint8Array): Promise<ReportFault | 'read'> {
  try {
    const report = await readReport(bytes);
    for (const {
      id,
      package: { name, version },
      severity,
    } of report.findings ?? []) {
      expect([typeof id, typeof name, typeof version]).toEqual(['string', 'string', 'string']);
      expect(severities).toContain(severity);
    }
    return 'read';
  } catch (error) {
    if (error instanceof ReportFault) return error;
    throw error;
  }
}

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return true;
  } catch {
    return false;
  }
}

/** The length without the white space at the end, without which a report is still whole. */
function lengthOf(bytes: Uint8Array): number {
  return Buffer.from(bytes).toString('latin1').trimEnd().length;
}

describe.each(sampleReports())('$name', (sample) => {
  const { bytes } = sample;

  test('cut anywhere it is refused as cut off, at its end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: lengthOf(bytes) - 1 }), async (length) => {
        const outcome = await outcomeOf(bytes.subarray(0, length));
        expect(outcome).toMatchObject({ code: 'REPORT_CUT', place: { offset: length } });
      }),
      { numRuns: runsFor(sample) },
    );
  });

  test('with a changed byte it is refused, or a report with another text or number in it', async () => {
    const change = fc.record({
      at: fc.integer({ min: 0, max: bytes.length - 1 }),
      to: fc.integer({ min: 0, max: 255 }),
    });
    await fc.assert(
      fc.asyncProperty(change, async ({ at, to }) => {
        const changed = Uint8Array.from(bytes);
        changed[at] = to;
        const outcome = await outcomeOf(changed);
        if (!isJson(changed)) expect(outcome).toBeInstanceOf(ReportFault);
      }),
      { numRuns: runsFor(sample) },
    );
  });

  test('with a part taken out or put in twice it is refused, or a report', async () => {
    const part = fc.record({
      at: fc.nat(bytes.length - 1),
      length: fc.integer({ min: 1, max: 200 }),
      isTwice: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(part, async ({ at, length, isTwice }) => {
        const middle = isTwice ? [bytes.subarray(at, at + length), bytes.subarray(at)] : [bytes.subarray(at + length)];
        const changed = Buffer.concat([bytes.subarray(0, at), ...middle]);
        const outcome = await outcomeOf(changed);
        if (!isJson(changed)) expect(outcome).toBeInstanceOf(ReportFault);
      }),
      { numRuns: runsFor(sample) },
    );
  });

  test('with something behind it, it is refused', async () => {
    for (const rest of ['x', '{}', bytes.subarray(0, 1), '\0', ',']) {
      const outcome = await outcomeOf(Buffer.concat([bytes, Buffer.from(rest)]));
      expect(outcome).toMatchObject({ name: 'ReportFault', code: 'REPORT_SYNTAX' });
    }
  });

  test("it is read the same with Windows' line ends and a byte order mark", async () => {
    const text = Buffer.from(bytes).toString().replaceAll('\n', '\r\n');
    expect(await readReport(Buffer.from(`\uFEFF${text}\r\n`))).toEqual(await readReport(bytes));
  });
});
