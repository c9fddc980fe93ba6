/** A body that is read to its end even where its reader gives up: a client that is still sending sees no answer. */
export interface Upload {
  chunks: AsyncIterable<Uint8Array>;
  /** Reads what is left, at most so many bytes, and lets go of it. */
  drain(bytesAtMost: number): Promise<void>;
}

export function openUpload(body: ReadableStream<Uint8Array> | null): Upload {
  const reader = body?.getReader();
  const next = async (): Promise<Uint8Array | undefined> => (await reader?.read())?.value;

  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let chunk = await next(); chunk !== undefined; chunk = await next()) yield chunk;
  }

  return {
    chunks: chunks(),
    async drain(bytesAtMost) {
      let left = bytesAtMost;
      try {
        for (let chunk = await next(); chunk !== undefined && left > 0; chunk = await next()) left -= chunk.length;
      } finally {
        await reader?.cancel().catch(() => undefined);
      }
    },
  };
}
