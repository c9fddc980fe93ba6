import type { Place } from '../report-fault.ts';

const newline = 10;

/** Turns offsets into lines and columns, in one pass over the text: offsets are to be asked for in ascending order. */
export interface LineCounter {
  /** The next part of the text, which begins at the offset. */
  feed(part: Uint8Array, offset: number): void;
  /** Of an offset inside the part that was fed last, or at its end. */
  at(offset: number): Place;
}

export function createLineCounter(): LineCounter {
  let part: Uint8Array = new Uint8Array(0);
  let partStart = 0;
  let line = 1;
  let lineStart = 0;
  let nextNewline = Infinity;

  function findNewline(from: number): number {
    const index = part.indexOf(newline, from - partStart);
    return index === -1 ? Infinity : partStart + index;
  }

  function passNewlines(until: number): void {
    while (nextNewline < until) {
      line += 1;
      lineStart = nextNewline + 1;
      nextNewline = findNewline(lineStart);
    }
  }

  return {
    feed(next, offset) {
      passNewlines(Infinity);
      part = Buffer.from(next.buffer, next.byteOffset, next.byteLength);
      partStart = offset;
      nextNewline = findNewline(offset);
    },
    at(offset) {
      passNewlines(offset);
      return { offset, line, column: Math.max(offset - lineStart, 0) + 1 };
    },
  };
}
