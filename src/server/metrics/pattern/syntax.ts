/** What a pattern cannot be: told to whoever wrote it. */
export class PatternFault extends Error {}

/** Code points from and to, both included. */
export type Range = readonly [from: number, to: number];

export interface CharacterSet {
  kind: 'set';
  ranges: readonly Range[];
  isNegated: boolean;
  /** Upper and lower case are alike. */
  ignoresCase: boolean;
}

export type Assertion = 'begin' | 'end' | 'word-boundary' | 'no-word-boundary';

export type Node =
  | CharacterSet
  | { kind: 'assertion'; assertion: Assertion }
  | { kind: 'sequence'; parts: readonly Node[] }
  | { kind: 'choice'; options: readonly Node[] }
  | { kind: 'repeat'; body: Node; from: number; to: number };

/** As in RE2: the most a counted repetition may say, those inside each other multiplied. */
export const mostRepeats = 1000;

const digits: readonly Range[] = [[0x30, 0x39]];
const spaces: readonly Range[] = [
  [0x09, 0x0a],
  [0x0c, 0x0d],
  [0x20, 0x20],
];
const words: readonly Range[] = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];

/** The classes that a letter behind a backslash stands for; upper case is the opposite. */
export const classes: Readonly<Record<string, readonly Range[]>> = { d: digits, s: spaces, w: words };

export const posixClasses: Readonly<Record<string, readonly Range[]>> = {
  alnum: [digits[0] as Range, [0x41, 0x5a], [0x61, 0x7a]],
  alpha: [
    [0x41, 0x5a],
    [0x61, 0x7a],
  ],
  ascii: [[0x00, 0x7f]],
  blank: [
    [0x09, 0x09],
    [0x20, 0x20],
  ],
  cntrl: [
    [0x00, 0x1f],
    [0x7f, 0x7f],
  ],
  digit: digits,
  graph: [[0x21, 0x7e]],
  lower: [[0x61, 0x7a]],
  print: [[0x20, 0x7e]],
  punct: [
    [0x21, 0x2f],
    [0x3a, 0x40],
    [0x5b, 0x60],
    [0x7b, 0x7e],
  ],
  space: [
    [0x09, 0x0d],
    [0x20, 0x20],
  ],
  upper: [[0x41, 0x5a]],
  word: words,
  xdigit: [
    [0x30, 0x39],
    [0x41, 0x46],
    [0x61, 0x66],
  ],
};

/** Everything that is in none of the ranges. */
export function invert(ranges: readonly Range[]): Range[] {
  const gaps: Range[] = [];
  let from = 0;
  for (const [first, last] of ranges.toSorted((a, b) => a[0] - b[0])) {
    if (first > from) gaps.push([from, first - 1]);
    from = Math.max(from, last + 1);
  }
  if (from <= lastCodePoint) gaps.push([from, lastCodePoint]);
  return gaps;
}

export const lastCodePoint = 0x10ffff;
