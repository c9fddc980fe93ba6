/** Lines are sent together, about this many bytes at a time. */
const chunkLength = 64 * 1024;

/** A body of lines, made as it is read; whoever stops reading ends the source. */
export function lineStream(lines: AsyncIterable<string>): ReadableStream<Uint8Array> {
  return ReadableStream.from(chunks(lines));
}

async function* chunks(lines: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  let text = '';
  for await (const line of lines) {
    text += line.endsWith('\n') ? line : `${line}\n`;
    if (text.length < chunkLength) continue;
    yield Buffer.from(text);
    text = '';
  }
  if (text !== '') yield Buffer.from(text);
}
