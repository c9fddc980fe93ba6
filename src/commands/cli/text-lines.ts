import { createReadStream, createWriteStream, renameSync, rmSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { TallymanError } from '../../base/errors.ts';
import { systemWords } from '../../config/system-words.ts';

/** A line longer than this is none of ours. */
const longestLine = 64 * 1024 * 1024;

/** The lines of a text as its bytes come, without their ends. */
export async function* textLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of bytes) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > longestLine) throw new TallymanError('CLI_ANSWER', 'a line of the answer is longer than 64 MiB');
    yield* lines;
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}

/**
 * Writes lines to a file that only its owner can read, and says how many there were. The file is put in place whole: a
 * writing that breaks off leaves what was there before.
 */
export async function writeLines(path: string, lines: AsyncIterable<string>): Promise<number> {
  const draft = `${path}.${String(process.pid)}.part`;
  let count = 0;
  async function* counted(): AsyncGenerator<string> {
    for await (const line of lines) {
      count += 1;
      yield `${line}\n`;
    }
  }
  try {
    await pipeline(counted(), createWriteStream(draft, { flags: 'wx', mode: 0o600, flush: true }));
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw fileError(error, `${path} cannot be written`);
  }
  return count;
}

/** The lines of a file, without their ends. */
export async function* readLines(path: string): AsyncGenerator<string> {
  try {
    yield* textLines(createReadStream(path) as AsyncIterable<Buffer>);
  } catch (error) {
    throw fileError(error, `${path} cannot be read`);
  }
}

function fileError(error: unknown, what: string): TallymanError {
  if (error instanceof TallymanError) return error;
  return new TallymanError('CLI_FILE', `${what}: ${systemWords(error)}`, { cause: error });
}
