import { ApiProblem } from './problem.ts';

/** Where a page ended, as text that means nothing to anybody else. */
export function encodeCursor(key: readonly string[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** The key of the last row of the page before, of `parts` texts. Throws ApiProblem (400) for anything else. */
export function decodeCursor(cursor: string | undefined, parts: number): readonly string[] | undefined {
  if (cursor === undefined) return undefined;
  const key = parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  const isKey = Array.isArray(key) && key.length === parts && key.every((part) => typeof part === 'string');
  // PostgreSQL has no text with a NUL in it.
  if (isKey && !key.some((part: string) => part.includes('\0'))) return key;
  throw new ApiProblem(400, 'CURSOR_INVALID', 'this cursor is not from a list of this kind: begin without one');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
