import { z } from 'zod';

/** A kind of value: how its text is read, and how the docs call and write it. */
export interface ValueKind<V> {
  /** Reads a `RawValue`. An issue's message continues the sentence "<key>: <value> (<origin>) ...". */
  readonly schema: z.ZodType<V>;
  /** For the docs: `port`, `duration`, `list of text`. */
  readonly type: string;
  /** The value as one would write it in the YAML file. */
  toYaml(this: void, value: unknown): string;
}

export type Parsed<V> = { ok: true; value: V } | { ok: false; message: string };

export function accept<V>(value: V): Parsed<V> {
  return { ok: true, value };
}

export function refuse(message: string): Parsed<never> {
  return { ok: false, message };
}

interface ScalarOptions<V> {
  type: string;
  /** What is said of a list, a section or nothing in a value's place. */
  expectation: string;
  parse: (text: string) => Parsed<V>;
  toYaml?: (value: V) => string;
}

/** A kind of value written as one piece of text, in YAML as in the environment and in flags. */
export function scalarKind<V>(options: ScalarOptions<V>): ValueKind<V> {
  const { type, expectation, parse, toYaml = String } = options;
  const schema = z.string(expectation).transform((text, context): V => {
    const parsed = parse(text);
    if (parsed.ok) return parsed.value;
    context.addIssue({ code: 'custom', message: parsed.message });
    return z.NEVER;
  });
  return { schema, type, toYaml: (value) => toYaml(value as V) };
}
