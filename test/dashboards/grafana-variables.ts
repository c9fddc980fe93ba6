/**
 * Puts values in the place of variables the way Grafana does it. `values` has what each variable stands for: a text as it is
 * (the custom value of All), or a list of chosen values.
 */
export function interpolate(text: string, values: Readonly<Record<string, Raw | readonly string[]>>): string {
  const result = text.replaceAll(/\$\{(\w+):regex\}|\$(__\w+)/g, (_, name?: string, builtIn?: string) => {
    const value = values[name ?? builtIn ?? ''];
    if (value === undefined) throw new Error(`no variable ${String(name ?? builtIn)} for ${text}`);
    return 'raw' in value ? value.raw : toRegex(value);
  });
  if (/\$[\w{]/.test(result.replaceAll(/`[^`]*`/g, ''))) throw new Error(`a variable is left in ${result}`);
  return result;
}

export interface Raw {
  raw: string;
}

/** Grafana's format `regex`. */
function toRegex(values: readonly string[]): string {
  const escaped = values.map((value) => value.replaceAll(/[\\^$*+?.()|[\]{}/]/g, String.raw`\$&`));
  return escaped.length === 1 ? (escaped[0] ?? '') : `(${escaped.join('|')})`;
}

/** The parts of a variable's query `label_values(series, label)`. */
export function parseLabelValues(query: string): { series: string; label: string } {
  const [, series, label] = /^label_values\((.+),\s*(\w+)\)$/s.exec(query) ?? [];
  if (series === undefined || label === undefined) throw new Error(`not a query for a label's values: ${query}`);
  return { series, label };
}
