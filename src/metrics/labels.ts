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
