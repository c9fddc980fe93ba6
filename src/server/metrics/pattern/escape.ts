import type { PatternText } from './pattern-text.ts';
import { classes, invert, lastCodePoint, PatternFault, type Assertion, type Node, type Range } from './syntax.ts';

const controls: Readonly<Record<string, number>> = { a: 0x07, f: 0x0c, n: 0x0a, r: 0x0d, t: 0x09, v: 0x0b };
const assertions: Readonly<Record<string, Assertion>> = {
  A: 'begin',
  z: 'end',
  b: 'word-boundary',
  B: 'no-word-boundary',
};

/** Behind a backslash, outside of brackets. */
export function parseEscape(text: PatternText, ignoresCase: boolean): Node {
  const letter = text.takeMatch(/[AzbB]/y)?.[0];
  const assertion = letter === undefined ? undefined : assertions[letter];
  if (assertion !== undefined) return { kind: 'assertion', assertion };
  return { kind: 'set', ranges: parseSetEscape(text), isNegated: false, ignoresCase };
}

/** Behind a backslash: the characters it stands for, a class or a single one. */
export function parseSetEscape(text: PatternText): readonly Range[] {
  const letter = text.takeMatch(/[dswDSW]/y)?.[0];
  if (letter !== undefined) {
    const ranges = classes[letter.toLowerCase()] ?? [];
    return letter === letter.toLowerCase() ? ranges : invert(ranges);
  }
  const code = parseSingle(text);
  return [[code, code]];
}

function parseSingle(text: PatternText): number {
  const [control] = text.takeMatch(/[afnrtv]/y) ?? [];
  if (control !== undefined) return controls[control] ?? 0;
  const [hex, two, braced] = text.takeMatch(/x(?:([0-9a-fA-F]{2})|\{([0-9a-fA-F]{1,8})\})/y) ?? [];
  if (hex !== undefined) {
    const code = Number.parseInt(two ?? braced ?? '', 16);
    if (code > lastCodePoint) throw new PatternFault(`no character: \\${hex}`);
    return code;
  }
  const [punctuation] = text.takeMatch(/[\x20-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e]/y) ?? [];
  if (punctuation !== undefined) return punctuation.charCodeAt(0);
  const [unknown = ''] = text.takeMatch(/./suy) ?? [];
  throw new PatternFault(`an escape that is not known here: \\${unknown}`);
}
