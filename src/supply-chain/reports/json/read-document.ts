import { Tokenizer, TokenType } from '@streamparser/json';
import { fail, ReportFault, type Place } from '../report-fault.ts';
import type { ReportLimits } from '../report-limits.ts';
import { createLineCounter } from './line-counter.ts';
import { createProjection } from './projection.ts';
import type { Selection } from './selection.ts';

/** Long enough for any number that is meant. */
const longestNumber = 1000;
/** Texts up to this are put together in one buffer. */
const textBuffer = 64 * 1024;

/**
 * Reads a JSON text, in parts of any size, and keeps what is selected of it; beside it, the names at its top.
 *
 * @throws {ReportFault} where it is no JSON, is cut off, or exceeds a limit
 */
export async function readDocument(
  parts: AsyncIterable<Uint8Array>,
  selection: Selection,
  limits: ReportLimits,
): Promise<{ document: unknown; names: readonly string[] }> {
  const lines = createLineCounter();
  const tokenizer = new Tokenizer({ stringBufferSize: textBuffer, numberBufferSize: 64, emitPartialTokens: true });
  let partStart = 0;
  let partEnd = 0;
  let lastOffset = 0;
  let unfinished: { token: TokenType; offset: number } | undefined;
  // Of a token that began in an earlier part, the line and column are those of this part's beginning.
  const placeAt = (offset: number): Place => ({ ...lines.at(Math.max(offset, partStart)), offset });
  const projection = createProjection(selection, limits, placeAt);
  const here = (offset: number) => ({ place: placeAt(offset), path: projection.path() });

  tokenizer.onToken = ({ token, value, offset, partial }) => {
    lastOffset = offset;
    if (partial === true) unfinished = { token, offset };
    else projection.token({ token, value, offset });
  };

  function write(part: Uint8Array): void {
    partStart = partEnd;
    partEnd += part.length;
    lines.feed(part, partStart);
    unfinished = undefined;
    tokenizer.write(part);
    if (unfinished !== undefined) refuseEndless(unfinished);
  }

  function refuseEndless({ token, offset }: { token: TokenType; offset: number }): void {
    const longest = token === TokenType.NUMBER ? longestNumber : limits.textBytes;
    if (partEnd - offset > longest) fail('REPORT_TOO_LARGE', 'a text or number in it is too long', here(offset));
  }

  function refuse(error: unknown): never {
    if (error instanceof ReportFault) throw error;
    const message = error instanceof Error ? error.message : '';
    const offset = Number(/absolute position "(\d+)"/.exec(message)?.[1] ?? lastOffset);
    if (error instanceof TypeError) fail('REPORT_ENCODING', 'a text in it is not UTF-8: write it anew', here(offset));
    const character = /^Unexpected "(.)"/su.exec(message)?.[1];
    const what = character === undefined ? 'something' : JSON.stringify(character);
    fail('REPORT_SYNTAX', `it is no JSON: ${what} cannot stand here`, here(offset));
  }

  for await (const part of parts) {
    try {
      write(part);
    } catch (error) {
      refuse(error);
    }
  }
  try {
    tokenizer.end();
  } catch (error) {
    // It ended inside a text, a number or a word.
    if (projection.isComplete()) refuse(error);
  }
  return { document: projection.end(partEnd), names: projection.names };
}
