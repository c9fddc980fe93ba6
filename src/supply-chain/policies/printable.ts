/**
 * A text out of a report as it may stand in a terminal, a page or a label: without control, direction and line
 * separator characters, and of at most `length` characters.
 */
export function printable(text: string, length = 200): string {
  const clipped = text.length > length ? `${text.slice(0, length - 1)}…` : text;
  return clipped.toWellFormed().replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{FFFD}');
}
