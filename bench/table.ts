import { isReached, valueText, type Figure } from './figure.ts';

/** A part's figures, or why it has none. */
export interface PartResult {
  part: string;
  title: string;
  figures: readonly Figure[];
  /** What was missing on this machine, or what went wrong. */
  skipped?: string;
  failed?: string;
}

/** Prints the results as aligned plain text, a heading for each part. */
export function renderTable(results: readonly PartResult[]): string {
  const heading = ['', 'figure', 'target', '', ''];
  const rows = results.flatMap(({ figures }) => figures.map(toCells));
  const widths = [heading, ...rows].reduce(
    (widest, row) => row.map((cell, column) => Math.max(cell.length, widest[column] ?? 0)),
    heading.map(() => 0),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const blocks = results.map((result) => [result.title, ...bodyOf(result, line)].join('\n'));
  return `${[line(heading), ...blocks].join('\n')}\n`;
}

function bodyOf({ figures, skipped, failed }: PartResult, line: (row: readonly string[]) => string): string[] {
  const reason = failed === undefined ? skipped : `could not be measured: ${failed}`;
  return [...figures.map((figure) => line(toCells(figure))), ...(reason === undefined ? [] : [`  ${reason}`])];
}

function toCells(figure: Figure): string[] {
  const reached = isReached(figure);
  return [
    `  ${figure.what}`,
    valueText(figure.value, figure.unit),
    figure.atMost === undefined ? '' : `at most ${valueText(figure.atMost, figure.unit)}`,
    reached === undefined ? '' : reached ? 'reached' : 'not reached',
    figure.detail ?? '',
  ];
}
