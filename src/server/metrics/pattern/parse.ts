import { parseCharacterClass } from './character-class.ts';
import { parseEscape } from './escape.ts';
import { createPatternText, type PatternText } from './pattern-text.ts';
import { lastCodePoint, mostRepeats, PatternFault, type Node } from './syntax.ts';

interface Flags {
  ignoresCase: boolean;
  /** Whether a dot stands for a line feed too; as Prometheus has it, unless the pattern says `(?-s)`. */
  dotIsAll: boolean;
}

/** Groups inside each other. */
const deepest = 100;

/**
 * Parses a pattern of RE2's syntax without what no metric needs: Unicode classes (`\pL`), `\Q...\E`, multi-line mode.
 * Throws PatternFault.
 */
export function parsePattern(source: string): Node {
  const text = createPatternText(source);
  const node = parseChoice(text, { ignoresCase: false, dotIsAll: true }, 0);
  if (!text.isAtEnd()) throw new PatternFault('a closing parenthesis without its opening one');
  return node;
}

/** Up to the closing parenthesis or the end. `flags` are the group's own: `(?i)` changes them for what follows. */
function parseChoice(text: PatternText, flags: Flags, depth: number): Node {
  if (depth > deepest) throw new PatternFault('too many groups inside each other');
  const options: Node[] = [];
  let parts: Node[] = [];
  while (!text.isAtEnd() && !text.isAt(')')) {
    if (text.take('|')) {
      options.push(sequence(parts));
      parts = [];
      continue;
    }
    const atom = parseAtom(text, flags, depth);
    if (atom !== undefined) parts.push(parseRepeats(text, atom));
  }
  if (options.length === 0) return sequence(parts);
  return { kind: 'choice', options: [...options, sequence(parts)] };
}

function sequence(parts: readonly Node[]): Node {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { kind: 'sequence', parts };
}

/** undefined for flags, which stand for nothing. */
function parseAtom(text: PatternText, flags: Flags, depth: number): Node | undefined {
  if (text.take('(')) return parseGroup(text, flags, depth);
  if (text.take('[')) return parseCharacterClass(text, flags.ignoresCase);
  if (text.take('^')) return { kind: 'assertion', assertion: 'begin' };
  if (text.take('$')) return { kind: 'assertion', assertion: 'end' };
  if (text.take('.')) {
    const ranges = flags.dotIsAll ? ([[0, lastCodePoint]] as const) : ([[0, 9], [11, lastCodePoint]] as const); // prettier-ignore
    return { kind: 'set', ranges, isNegated: false, ignoresCase: false };
  }
  if (text.take('\\')) return parseEscape(text, flags.ignoresCase);
  if (text.isAt('*') || text.isAt('+') || text.isAt('?')) throw new PatternFault('a repetition of nothing');
  const code = text.next();
  return { kind: 'set', ranges: [[code, code]], isNegated: false, ignoresCase: flags.ignoresCase };
}

/** Behind the opening parenthesis. */
function parseGroup(text: PatternText, flags: Flags, depth: number): Node | undefined {
  let inner = { ...flags };
  if (text.isAt('?')) {
    const [opening, named, on = '', off = '', end] =
      text.takeMatch(/\?(?:(P?<\w{1,64}>)|([isU]*)(?:-([isU]+))?([:)]))/y) ?? [];
    if (opening === undefined) throw new PatternFault('a group that begins with (? of a kind that is not known here');
    if (named === undefined) {
      inner = withFlags(flags, on, off);
      if (end === ')') {
        Object.assign(flags, inner);
        return undefined;
      }
    }
  }
  const node = parseChoice(text, inner, depth + 1);
  if (!text.take(')')) throw new PatternFault('a group without its closing parenthesis');
  return node;
}

function withFlags(flags: Flags, on: string, off: string): Flags {
  const changed = { ...flags };
  for (const [letters, value] of [
    [on, true],
    [off, false],
  ] as const) {
    if (letters.includes('i')) changed.ignoresCase = value;
    if (letters.includes('s')) changed.dotIsAll = value;
  }
  return changed;
}

function parseRepeats(text: PatternText, body: Node): Node {
  const range = takeRepeat(text);
  if (range === undefined) return body;
  // Greedy or not decides what is found, not whether.
  text.take('?');
  if (takeRepeat(text) !== undefined) throw new PatternFault('a repetition of a repetition: put a group around it');
  const node: Node = { kind: 'repeat', body, ...range };
  if (repeatsOf(node) > mostRepeats) throw new PatternFault(`more than ${String(mostRepeats)} repetitions`);
  return node;
}

function takeRepeat(text: PatternText): { from: number; to: number } | undefined {
  if (text.take('*')) return { from: 0, to: Infinity };
  if (text.take('+')) return { from: 1, to: Infinity };
  if (text.take('?')) return { from: 0, to: 1 };
  const [whole, least, comma, most] = text.takeMatch(/\{(\d{1,9})(?:(,)(\d{1,9})?)?\}/y) ?? [];
  if (whole === undefined) return undefined;
  const from = Number(least);
  const to = comma === undefined ? from : most === undefined ? Infinity : Number(most);
  if (to < from || from > mostRepeats || (to !== Infinity && to > mostRepeats)) {
    throw new PatternFault(`not a count of repetitions: ${whole}`);
  }
  return { from, to };
}

/** The counts of repetitions inside each other, multiplied. */
function repeatsOf(node: Node): number {
  if (node.kind === 'repeat') {
    const own = node.to === Infinity ? node.from : node.to;
    return Math.max(1, own) * repeatsOf(node.body);
  }
  if (node.kind === 'sequence') return Math.max(1, ...node.parts.map(repeatsOf));
  if (node.kind === 'choice') return Math.max(1, ...node.options.map(repeatsOf));
  return 1;
}
