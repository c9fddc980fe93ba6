import { shownText } from './shown-text.ts';

/** A column of a table: its heading, and what stands in it for a row. */
export interface Column<Row> {
  heading: string;
  text(this: void, row: Row): string | undefined;
}

/** Lines with the columns below each other, two spaces apart; `-` where there is nothing. */
export function tableLines<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): readonly string[] {
  const cells = rows.map((row) => columns.map(({ text }) => shownText(text(row) ?? '') || '-'));
  const all = [columns.map(({ heading }) => heading), ...cells];
  const widths = columns.map((_, index) => Math.max(...all.map((line) => width(line[index] ?? ''))));
  return all.map((line) =>
    line
      .map((cell, index) => padded(cell, widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** One thing as lines of `label:  text`; what is undefined is left out. */
export function factLines(facts: Readonly<Record<string, string | undefined>>): readonly string[] {
  const known = Object.entries(facts).flatMap(([label, text]) => (text === undefined ? [] : [[label, text] as const]));
  const longest = Math.max(...known.map(([label]) => label.length));
  return known.map(([label, text]) => `${`${label}:`.padEnd(longest + 1)}  ${shownText(text)}`);
}

function padded(cell: string, length: number): string {
  return cell + ' '.repeat(Math.max(0, length - width(cell)));
}

/** In characters as Unicode counts them; wide ones count as one. */
function width(text: string): number {
  return Array.from(text).length;
}
