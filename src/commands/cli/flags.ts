import { nearest } from '../../config/nearest.ts';
import { shownValue } from '../../config/raw-value.ts';
import { durationSchema, type DurationLimits } from '../../protocol/api/duration.ts';
import { nameSchema } from '../../protocol/names.ts';
import { permissions, type Permission } from '../../protocol/permissions.ts';

/** What the texts given with a flag come to, or what is wrong with them: the message goes on after the flag's name. */
export type FlagValue<V> = { ok: true; value: V } | { ok: false; message: string };

/** A flag of one subcommand. */
export interface Flag<V> {
  /** What --help calls its value; undefined for a flag that stands alone. */
  readonly placeholder?: string;
  readonly doc: string;
  readonly isRequired?: true;
  /** It may be given several times, and its values be separated by commas. */
  readonly isRepeated?: true;
  /** Words that may follow the flag's value as further values. */
  isFurther?(this: void, word: string): boolean;
  parse(this: void, texts: readonly string[]): FlagValue<V>;
}

export type FlagTable = Readonly<Record<string, Flag<unknown>>>;

export type FlagValues<T> = { readonly [K in keyof T]: T[K] extends Flag<infer V> ? V : never };

export function switchFlag(doc: string): Flag<boolean> {
  return { doc, parse: (texts) => accept(texts.length > 0) };
}

export function textFlag(placeholder: string, doc: string): Flag<string | undefined> {
  return { placeholder, doc, parse: ([text]) => accept(text) };
}

/** A name that has to be given. */
export function nameFlag(placeholder: string, doc: string): Flag<string> {
  return {
    placeholder,
    doc,
    isRequired: true,
    parse: ([text = '']) => parseName(text),
  };
}

/** The same flag, where it does not have to be given. */
export function optional<V>({ placeholder = '', doc, parse }: Flag<V>): Flag<V | undefined> {
  return { placeholder, doc, parse: (texts) => (texts.length === 0 ? accept(undefined) : parse(texts)) };
}

/** Any number of names. */
export function namesFlag(placeholder: string, doc: string): Flag<readonly string[]> {
  return { placeholder, doc, isRepeated: true, parse: (texts) => all(texts, parseName) };
}

/** A whole number above 0. */
export function countFlag(doc: string): Flag<number | undefined> {
  return {
    placeholder: 'NUMBER',
    doc,
    parse([text]) {
      if (text === undefined) return accept(undefined);
      if (/^[1-9]\d{0,8}$/.test(text)) return accept(Number(text));
      return { ok: false, message: `${shownValue(text)} is not a whole number above 0` };
    },
  };
}

export function permissionsFlag(placeholder: string, doc: string): Flag<readonly Permission[]> {
  return {
    placeholder,
    doc,
    isRequired: true,
    isRepeated: true,
    isFurther: (word) => word.split(',').every(isPermission),
    parse: (texts) => all(texts, parsePermission),
  };
}

/** A duration as it is sent to the API, which reads it again; undefined when it was not given. */
export function durationFlag(doc: string, limits: DurationLimits): Flag<string | undefined> {
  const schema = durationSchema(limits);
  return {
    placeholder: 'DURATION',
    doc,
    parse([text]) {
      const parsed = text === undefined ? undefined : schema.safeParse(text);
      if (parsed === undefined || parsed.success) return accept(text);
      return { ok: false, message: `${shownValue(text)} is not right: ${parsed.error.issues[0]?.message ?? ''}` };
    },
  };
}

/** A name as people give it to a host, a token, a role or a user. */
export function parseName(text: string): FlagValue<string> {
  const parsed = nameSchema.safeParse(text);
  if (parsed.success) return accept(parsed.data);
  return { ok: false, message: `${shownValue(text)} is not a name: ${parsed.error.issues[0]?.message ?? ''}` };
}

function parsePermission(text: string): FlagValue<Permission> {
  if (isPermission(text)) return accept(text);
  const meant = nearest(text, permissions);
  const hint = meant === undefined ? `use some of ${permissions.join(', ')}` : `did you mean ${meant}?`;
  return { ok: false, message: `${shownValue(text)} is not a permission: ${hint}` };
}

function isPermission(word: string): word is Permission {
  return permissions.some((permission) => permission === word);
}

/** Each text once, or the first one's fault. */
function all<V>(texts: readonly string[], parse: (text: string) => FlagValue<V>): FlagValue<readonly V[]> {
  const values = new Set<V>();
  for (const text of texts) {
    const parsed = parse(text);
    if (!parsed.ok) return parsed;
    values.add(parsed.value);
  }
  return accept([...values]);
}

function accept<V>(value: V): FlagValue<V> {
  return { ok: true, value };
}
