import { gzipSync } from 'node:zlib';
import { expect, test, vi } from 'vitest';
import { openReportBytes } from './report-bytes.ts';

async function collect(source: Parameters<typeof openReportBytes>[0], bytes = 1000): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of openReportBytes(source, { bytes, signal: undefined })) parts.push(part);
  return Buffer.concat(parts).toString();
}

async function* inParts(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

const text = '{"a": "ä"}';

test('plain, in parts of any size', async () => {
  for (const size of [1, 2, 3, 100]) expect(await collect(inParts(Buffer.from(text), size))).toBe(text);
  expect(await collect(Buffer.from(text))).toBe(text);
  expect(await collect(Buffer.from(''))).toBe('');
  expect(await collect(Buffer.from('{'))).toBe('{');
});

test('packed with gzip, also in several members', async () => {
  const packed = Buffer.concat([gzipSync('{"a"'), gzipSync(': 1}')]);
  for (const size of [1, 7, 1000]) expect(await collect(inParts(packed, size))).toBe('{"a": 1}');
});

test('a byte order mark is no part of the text', async () => {
  for (const size of [1, 2, 100]) expect(await collect(inParts(Buffer.from(`\uFEFF${text}`), size))).toBe(text);
  expect(await collect(gzipSync(`\uFEFF${text}`))).toBe(text);
});

test.each([
  ['UTF-16 with a mark', Buffer.from(`\uFEFF${text}`, 'utf16le')],
  ['UTF-16 of the other order', Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()],
  ['UTF-16 without a mark', Buffer.from(text, 'utf16le')],
  ['zeros', Buffer.alloc(10)],
])('%s is refused', async (_what, bytes) => {
  await expect(collect(bytes)).rejects.toMatchObject({ code: 'REPORT_ENCODING', place: { line: 1 } });
});

test('damaged and cut gzip data', async () => {
  const packed = gzipSync(text.repeat(50));
  await expect(collect(packed.subarray(0, -10))).rejects.toMatchObject({ code: 'REPORT_CUT' });
  await expect(collect(packed.fill(7, 12, 30))).rejects.toMatchObject({ code: 'REPORT_ENCODING' });
});

test('too long, also when only the unpacked text is', async () => {
  expect(await collect(Buffer.alloc(1000, ' '))).toHaveLength(1000);
  await expect(collect(Buffer.alloc(1001, ' '))).rejects.toMatchObject({ code: 'REPORT_TOO_LARGE' });
  await expect(collect(gzipSync(Buffer.alloc(10_000_000, ' ')))).rejects.toMatchObject({ code: 'REPORT_TOO_LARGE' });
});

test('a source that fails does so with its own error, and a source that is not needed any more is told', async () => {
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text);
    throw new Error('the disk is gone');
  }
  await expect(collect(failing())).rejects.toThrow('the disk is gone');
  for (const endless of [Buffer.from('  '), Buffer.from('\0\0\0\0'), gzipSync('    ')]) {
    let isClosed = false;
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield endless;
      } finally {
        isClosed = true;
      }
    }
    await expect(collect(source())).rejects.toMatchObject({ name: 'ReportFault' });
    await vi.waitFor(() => expect(isClosed).toBe(true));
  }
});

test('stops when it is told to', async () => {
  const reading = async () => {
    for await (const part of openReportBytes(Buffer.from('[]'), { bytes: 100, signal: AbortSignal.abort() }))
      expect(part).toBe(1);
  };
  await expect(reading()).rejects.toMatchObject({ name: 'AbortError' });
});
