import { parseSetEscape } from './escape.ts';
import type { PatternText } from './pattern-text.ts';
import { invert, PatternFault, posixClasses, type CharacterSet, type Range } from './syntax.ts';

/** Behind the opening bracket. */
export function parseCharacterClass(text: PatternText, ignoresCase: boolean): CharacterSet {
  const isNegated = text.take('^');
  const ranges: Range[] = [];
  // A bracket that comes first stands for itself.
  for (let isFirst = true; isFirst || !text.isAt(']'); isFirst = false) {
    if (text.isAtEnd()) throw new PatternFault('brackets that are not closed');
    ranges.push(...parseMember(text));
  }
  text.take(']');
  return { kind: 'set', ranges, isNegated, ignoresCase };
}

function parseMember(text: PatternText): readonly Range[] {
  const [posix, not, name = ''] = text.takeMatch(/\[:(\^?)([a-z]+):\]/y) ?? [];
  if (posix !== undefined) {
    const known = Object.hasOwn(posixClasses, name) ? posixClasses[name] : undefined;
    if (known === undefined) throw new PatternFault(`no class of characters: ${posix}`);
    return not === '' ? known : invert(known);
  }
  const low = parseEnd(text);
  const single = singleOf(low);
  // A dash that comes last stands for itself.
  if (single === undefined || text.takeMatch(/-(?!\])/y) === undefined) return low;
  const high = singleOf(parseEnd(text));
  if (high === undefined || high < single) throw new PatternFault('a range of characters without order');
  return [[single, high]];
}

function parseEnd(text: PatternText): readonly Range[] {
  if (text.take('\\')) return parseSetEscape(text);
  const code = text.next();
  return [[code, code]];
}

function singleOf(ranges: readonly Range[]): number | undefined {
  const [only] = ranges;
  return ranges.length === 1 && only !== undefined && only[0] === only[1] ? only[0] : undefined;
}
