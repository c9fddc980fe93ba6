import { afterEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { defineApiRoute } from './api-route.ts';
import { readInput } from './request-input.ts';

afterEach(() => void vi.useRealTimers());

const route = defineApiRoute({
  method: 'POST',
  path: '/extra',
  permission: 'open',
  tag: 'extra',
  summary: 'extra',
  body: z.object({ name: z.string() }),
  handle: () => Promise.resolve(undefined),
});

function post(body: string | ReadableStream<Uint8Array<ArrayBuffer>>): Request {
  const headers = { 'content-type': 'application/json' };
  return new Request('http://h/extra', { method: 'POST', headers, body, duplex: 'half' });
}

test('a body that comes in pieces', async () => {
  const pieces = ['{"name":', '"x"}'].map((text) => Buffer.from(text));
  const body = ReadableStream.from<Uint8Array>(pieces) as ReadableStream<Uint8Array<ArrayBuffer>>;
  expect(await readInput(route, post(body), {})).toMatchObject({ body: { name: 'x' } });
  await expect(readInput(route, post(''), {})).rejects.toMatchObject({ code: 'JSON_INVALID' });
});

test('a body that does not end is not waited for', async () => {
  vi.useFakeTimers();
  let isCancelled = false;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(Buffer.from('{')),
    cancel: () => void (isCancelled = true),
  });
  const fault = readInput(route, post(body), {}).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(31_000);
  expect(await fault).toMatchObject({ status: 408, code: 'BODY_TOO_SLOW' });
  expect(isCancelled).toBe(true);
});
