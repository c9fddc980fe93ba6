import { accept, refuse, scalarKind, type Parsed, type ValueKind } from './value-kind.ts';
import { yamlText } from './text.ts';

/**
 * An unanchored regular expression of JavaScript. Go's leading flags `(?i)`, `(?m)` and `(?s)` are understood.
 * The expression keeps no state between tests (no `g`, no `y`).
 */
export const pattern: ValueKind<RegExp> = scalarKind({
  type: 'regular expression',
  expectation: 'is not a regular expression: use text',
  parse: parsePattern,
  toYaml(value: RegExp) {
    const flags = value.flags.replace('u', '');
    return yamlText(`${flags === '' ? '' : `(?${flags})`}${value.source}`);
  },
});

function parsePattern(text: string): Parsed<RegExp> {
  if (text === '') return refuse('is empty and would match everything: write a regular expression');
  const [prefix = '', flags = ''] = /^\(\?([ims]+)\)/.exec(text) ?? [];
  const source = text.slice(prefix.length);
  const unique = [...new Set(flags)].join('');
  try {
    return accept(compile(source, unique));
  } catch (error) {
    return refuse(`is not a regular expression: ${reason(error)}`);
  }
}

/** With the `u` flag where that works; escapes such as `\-` are errors with it, yet common. */
function compile(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, `${flags}u`);
  } catch {
    return new RegExp(source, flags);
  }
}

/** V8 says `Invalid regular expression: /<source>/<flags>: <reason>`. */
function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.slice(message.lastIndexOf(': ') + 1).trim();
}
