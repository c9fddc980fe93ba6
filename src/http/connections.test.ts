import { Agent } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import type { HttpReply, HttpRequest, Route } from './route.ts';
import { ask } from './test-kit/ask.ts';
import { closed, openRaw } from './test-kit/raw-client.ts';
import { serve } from './test-kit/serve.ts';

/** A route that answers when the test says so. */
function createHeldRoute(): { route: Route; asked: Promise<HttpRequest>; answer: (reply: HttpReply) => void } {
  const asked = Promise.withResolvers<HttpRequest>();
  const reply = Promise.withResolvers<HttpReply>();
  const handle = (request: HttpRequest): Promise<HttpReply> => {
    asked.resolve(request);
    return reply.promise;
  };
  return { route: { path: '/held', handle }, asked: asked.promise, answer: reply.resolve };
}

const farDeadline = 60_000;

test('stopping lets a running request end, closes idle connections and takes no new ones', async () => {
  const { route, asked, answer } = createHeldRoute();
  const { server, port } = await serve({ routes: [route, { path: '/', handle: () => ({ status: 200 }) }] });
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  await ask({ port, path: '/', agent });
  const running = ask({ port, path: '/held' });
  await asked;
  const stopped = server.stop(farDeadline);
  await expect.poll(() => Object.keys(agent.freeSockets)).toHaveLength(0);
  await expect(ask({ port, path: '/' })).rejects.toThrow('ECONNREFUSED');
  answer({ status: 200, body: 'at last' });
  expect(await running).toMatchObject({ status: 200, body: 'at last', headers: { connection: 'close' } });
  await stopped;
});

test('stopping does not wait for who has not asked', async () => {
  const { server, port } = await serve({});
  const sockets = await Promise.all([openRaw(port, ''), openRaw(port, 'GET / HTTP/1.1\r\nHost:')]);
  for (const socket of sockets) socket.on('error', () => undefined).resume();
  await server.stop(farDeadline);
  await Promise.all(sockets.map(closed));
  expect(sockets.map((socket) => socket.closed)).toEqual([true, true]);
});

test('at the deadline running requests are aborted', async () => {
  const { route, asked } = createHeldRoute();
  const { server, port } = await serve({ routes: [route] });
  const running = ask({ port, path: '/held' });
  running.catch(() => undefined);
  const { signal } = await asked;
  await server.stop(20);
  await expect(running).rejects.toThrow('hang up');
  expect(signal.aborted).toBe(true);
});

test('a second stop can shorten the deadline', async () => {
  const { route, asked } = createHeldRoute();
  const { server, port } = await serve({ routes: [route] });
  const running = ask({ port, path: '/held' });
  running.catch(() => undefined);
  await asked;
  const first = server.stop(farDeadline);
  await server.stop(0);
  await first;
  await expect(running).rejects.toThrow('hang up');
});

test('a long reply is sent whole before the connection closes', async () => {
  const { route, asked, answer } = createHeldRoute();
  const { server, port } = await serve({ routes: [route] });
  const running = ask({ port, path: '/held' });
  await asked;
  const stopped = server.stop(farDeadline);
  answer({ status: 200, body: 'x'.repeat(8 * 1024 * 1024) });
  expect((await running).body).toHaveLength(8 * 1024 * 1024);
  await stopped;
});
