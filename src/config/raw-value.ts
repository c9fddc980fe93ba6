/** A value before its key's schema has read it: text as it was written, or lists and maps of such. */
export type RawValue = string | null | readonly RawValue[] | ReadonlyMap<string, RawValue>;

/** What one source says of one key. */
export interface SourceValue {
  readonly raw: RawValue;
  /** Where the value, or the part of it at a path, came from: `config.yaml:12`, `environment LOG_LEVEL`, `flag --config`. */
  origin(path?: readonly PropertyKey[]): string;
}

const longestShown = 80;

/** A value as a fault shows it: one line, not too long, without the credentials a URL may carry. */
export function shownValue(raw: RawValue | undefined): string {
  if (raw === null || raw === undefined) return 'nothing';
  if (typeof raw !== 'string') return Array.isArray(raw) ? 'a list' : 'a section';
  const masked = raw.replace(/:\/\/[^/]*@/g, '://***@').replace(/^[^/]*:[^/]*@/, '***@');
  const text = masked.length > longestShown ? `${masked.slice(0, longestShown)}...` : masked;
  return /^[^\s\p{Cc}]+$/u.test(text) ? text : JSON.stringify(text);
}

/** The part of a value at a path; undefined where there is none. */
export function partOf(raw: RawValue, path: readonly PropertyKey[]): RawValue | undefined {
  return path.reduce<RawValue | undefined>((part, step) => {
    if (part instanceof Map) return part.get(String(step)) as RawValue | undefined;
    return Array.isArray(part) ? (part[Number(step)] as RawValue | undefined) : undefined;
  }, raw);
}
