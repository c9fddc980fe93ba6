import type { Readable } from 'node:stream';
import { TallymanError } from '../../base/errors.ts';

const longest = 1024;

/** The only line of a stream, without its end; reading stops there, so that a pipe that stays open does not keep it waiting. */
export async function readSecretLine(input: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of input as AsyncIterable<Buffer | string>) {
    const bytes = Buffer.from(chunk);
    chunks.push(bytes);
    length += bytes.length;
    if (length > longest + 2 || bytes.includes('\n')) break;
  }
  const text = decoded(Buffer.concat(chunks)).replace(/\r?\n$/, '');
  if (text === '') throw refused('is empty');
  if (/[\r\n]/.test(text)) throw refused('has more than one line');
  if (Buffer.byteLength(text) > longest) throw refused(`is longer than ${String(longest)} bytes`);
  return text;
}

function decoded(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw refused('is not UTF-8');
  }
}

function refused(reason: string): TallymanError {
  return new TallymanError('CLI_SECRET', `standard input ${reason}: write the password to it, as one line`);
}
