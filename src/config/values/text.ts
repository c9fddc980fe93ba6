import { stringify } from 'yaml';
import { accept, refuse, scalarKind, type Parsed, type ValueKind } from './value-kind.ts';

/** Any text; numbers and the like are taken as they are written. */
export const text: ValueKind<string> = textKind('text', 'is not a text: use one line of text', (given) =>
  accept(given),
);

/** A file's path; empty means none. Relative paths start at the working directory. */
export const filePath: ValueKind<string> = textKind('file path', 'is not a file path', (given) =>
  given.includes('\0') ? refuse('is not a file path') : accept(given),
);

/** A text that has to follow a rule, kept as a string. */
export function textKind(
  type: string,
  expectation: string,
  parse: (text: string) => Parsed<string>,
): ValueKind<string> {
  return scalarKind({ type, expectation, parse, toYaml: yamlText });
}

/** A text as a YAML scalar, quoted only where it has to be. */
export function yamlText(value: string): string {
  return stringify(value, { lineWidth: 0, singleQuote: true }).trimEnd();
}
