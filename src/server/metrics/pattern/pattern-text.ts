import { PatternFault } from './syntax.ts';

/** A pattern while it is read. */
export interface PatternText {
  isAtEnd(): boolean;
  isAt(piece: string): boolean;
  /** Goes behind the piece, if it is what comes next. */
  take(piece: string): boolean;
  /** Goes behind what a sticky expression matches here. */
  takeMatch(expression: RegExp): RegExpExecArray | undefined;
  /** The next code point; throws PatternFault at the end. */
  next(): number;
}

export function createPatternText(source: string): PatternText {
  let at = 0;
  const isAt = (piece: string): boolean => source.startsWith(piece, at);
  return {
    isAtEnd: () => at >= source.length,
    isAt,
    take(piece) {
      const isThere = isAt(piece);
      if (isThere) at += piece.length;
      return isThere;
    },
    takeMatch(expression) {
      expression.lastIndex = at;
      const match = expression.exec(source) ?? undefined;
      at += match?.[0].length ?? 0;
      return match;
    },
    next() {
      const code = source.codePointAt(at);
      if (code === undefined) throw new PatternFault('it ends where something has to follow');
      at += code > 0xffff ? 2 : 1;
      return code;
    },
  };
}
