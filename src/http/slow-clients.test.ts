import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { Route } from './route.ts';
import { ask } from './test-kit/ask.ts';
import { closed, openRaw, sendRaw } from './test-kit/raw-client.ts';
import { serve } from './test-kit/serve.ts';

const hello: Route = { path: '/hello', handle: () => ({ status: 200, body: 'hello\n' }) };

/** More than the buffers of both kernels hold. */
const big = Buffer.alloc(32 * 1024 * 1024, 'x');
const whole: Route = { path: '/big', handle: () => ({ status: 200, body: big }) };
const streamed: Route = {
  path: '/streamed',
  async handle() {
    async function* parts() {
      for (let at = 0; at < big.length; at += 1024 * 1024) yield big.subarray(at, at + 1024 * 1024);
    }
    return { status: 200, body: parts() };
  },
};

test('200 slow clients do not keep a normal one from its answer', async () => {
  const { port } = await serve({ routes: [hello] });
  const slow = await Promise.all(Array.from({ length: 200 }, () => openRaw(port, 'GET /hello HTTP/1.1\r\nHost:')));
  for (const socket of slow) onTestFinished(() => void socket.destroy());
  expect((await ask({ port, path: '/hello' })).status).toBe(200);
  expect(slow.filter((socket) => socket.readyState === 'open')).toHaveLength(200);
});

test('a head that does not come is not waited for', async () => {
  const { port } = await serve({
    routes: [hello],
    limits: { headersTimeoutMs: 100, requestTimeoutMs: 200, checkIntervalMs: 20 },
  });
  expect(await sendRaw(port, 'GET /hello HTTP/1.1\r\nHost:')).toMatch(/^HTTP\/1\.1 408 /);
});

test('a body that does not come is not waited for', async () => {
  const { port } = await serve({
    routes: [{ ...hello, method: 'POST' }],
    limits: { headersTimeoutMs: 100, requestTimeoutMs: 200, checkIntervalMs: 20 },
  });
  const head = 'POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab';
  expect(await sendRaw(port, head)).toMatch(/^(HTTP\/1\.1 408 |$)/);
});

test('idle connections are closed', async () => {
  const { port } = await serve({ routes: [hello], limits: { keepAliveTimeoutMs: 50 } });
  expect(await sendRaw(port, 'GET /hello HTTP/1.1\r\nHost: a\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 [^]*hello\n$/);
});

test.each([whole, streamed])('a reply nobody reads is given up ($path)', async (route) => {
  const { port } = await serve({ routes: [route, hello], limits: { stalledReplyMs: 200 } });
  const socket = await openRaw(port, `GET ${route.path} HTTP/1.1\r\nHost: a\r\n\r\n`);
  socket.on('error', () => undefined);
  // Nothing is read until the server has given up; then what it had sent, and the end.
  await sleep(1500);
  let received = 0;
  socket.on('data', (chunk: Buffer) => (received += chunk.length));
  await closed(socket);
  expect(received).toBeLessThan(big.length);
  expect((await ask({ port, path: '/hello' })).status).toBe(200);
});

test.each([whole, streamed])('a reply that is read slowly is not given up ($path)', async (route) => {
  const { port } = await serve({ routes: [route], limits: { stalledReplyMs: 1000 } });
  const socket = await openRaw(port, `GET ${route.path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
  let received = 0;
  let pausedAt = 0;
  socket.on('data', (chunk: Buffer) => {
    received += chunk.length;
    // Some 16 pauses of 100 ms.
    if (received - pausedAt < 2 * 1024 * 1024) return;
    pausedAt = received;
    socket.pause();
    setTimeout(() => socket.resume(), 100);
  });
  await closed(socket);
  expect(received).toBeGreaterThan(big.length);
});

test('more connections than allowed are closed', async () => {
  const { port } = await serve({ routes: [hello], limits: { connections: 2 } });
  const held = await Promise.all([openRaw(port, 'GET'), openRaw(port, 'GET')]);
  for (const socket of held) onTestFinished(() => void socket.destroy());
  expect(await sendRaw(port, 'GET /hello HTTP/1.1\r\nHost: a\r\n\r\n')).toBe('');
  held[0]?.destroy();
  await expect
    .poll(() =>
      ask({ port, path: '/hello' }).then(
        ({ status }) => status,
        () => 0,
      ),
    )
    .toBe(200);
});
