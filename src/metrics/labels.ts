/** A label set as it is printed, without braces: `name="value",other="value"`; empty for none. */
export type LabelText = string;

/** Label names a sample can have: what Prometheus accepted before it allowed any UTF-8, which all versions read. */
export function isLabelName(name: string): boolean {
  return /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name);
}

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
 * Escapes backslash, quote and line feed, the only escapes that both formats know.
 * Source: Prometheus text format 0.0.4; OpenMetrics 1.0.0, ABNF `escaped-char`.
 */
export function escapeLabelValue(value: string): string {
  return /[\\"\n]/.test(value) ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n') : value;
}
