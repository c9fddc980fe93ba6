/** A label set as it is printed, without braces: `name="value",other="value"`; empty for none. */
export type LabelText = string;

/** Replaces whatever a label name may not hold by an underscore. */
export function sanitizeLabelName(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9_]/g, '_');
}

/** Prints a label set in the order of the entries. Values are escaped by the format's rules and otherwise untouched. */
export function labelText(entries: Iterable<readonly [name: string, value: string]>): LabelText {
  let text = '';
  for (const [name, value] of entries) text += `${text === '' ? '' : ','}${name}="${escapeLabelValue(value)}"`;
  return text;
}

/** Joins two printed label sets. */
export function joinLabels(first: LabelText, second: LabelText): LabelText {
  if (first === '') return second;
  return second === '' ? first : `${first},${second}`;
}

/**
 * Escapes backslash, quote and line feed, the only escapes that both formats know; every other character stands for
 * itself, NUL and carriage return too. A lone surrogate, which UTF-8 cannot say, becomes U+FFFD here and not in the
 * bytes only: two label sets that differ in nothing else have to be seen as the same one.
 * Source: Prometheus text format 0.0.4; OpenMetrics 1.0.0, ABNF `escaped-char`.
 */
export function escapeLabelValue(value: string): string {
  const text = value.isWellFormed() ? value : value.toWellFormed();
  return /[\\"\n]/.test(text) ? text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n') : text;
}

/** One label of a printed set with the comma after it; values are what `escapeLabelValue` writes. */
const printedLabel = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,?)/y;

/**
 * Reads a label set that somebody else printed, as strictly as it is written here: undefined unless its names are valid
 * and unique and `labelText` would print the very same text.
 */
export function parseLabelText(text: string): (readonly [name: string, value: string])[] | undefined {
  const entries: [string, string][] = [];
  const names = new Set<string>();
  for (let at = 0, isMore = text !== ''; isMore;) {
    printedLabel.lastIndex = at;
    const [whole, name = '', value = '', comma] = printedLabel.exec(text) ?? [];
    if (whole === undefined || names.has(name)) return undefined;
    names.add(name);
    entries.push([name, unescapeLabelValue(value)]);
    at += whole.length;
    isMore = comma === ',';
    if (!isMore && at !== text.length) return undefined;
  }
  return labelText(entries) === text ? entries : undefined;
}

function unescapeLabelValue(text: string): string {
  return text.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
}
