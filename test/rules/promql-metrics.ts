/** Words of PromQL that are no metrics, beside functions, which a parenthesis follows. */
const keywords = new Set(['and', 'or', 'unless', 'bool', 'offset', 'inf', 'nan']);

/** The names of the metrics in an expression; not those that are given by `{__name__=...}`. */
export function metricsOf(expr: string): string[] {
  const bare = expr
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, '')
    .replaceAll(/\{[^}]*\}/g, ' ')
    .replaceAll(/\[[^\]]*\]/g, ' ')
    .replaceAll(/\b(?:on|by|without|ignoring|group_left|group_right) *\([^)]*\)/g, ' ');
  return [...bare.matchAll(/(?<![\w.])([a-zA-Z_:][\w:]*)(?!\w* *\()/g)]
    .map(([, name = '']) => name)
    .filter((name) => !keywords.has(name) && !/^\d/.test(name));
}
