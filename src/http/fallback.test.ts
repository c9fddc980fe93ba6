import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { ask, basic } from './test-kit/ask.ts';
import { serve } from './test-kit/serve.ts';
import { textReply } from './route.ts';

const hello = { path: '/hello', handle: () => textReply(200, 'a route') };

function echo(incoming: IncomingMessage, response: ServerResponse): void {
  response.statusCode = 202;
  response.write(`${incoming.method ?? ''} ${incoming.url ?? ''} `);
  incoming.pipe(response);
}

test('the fallback gets what has no route, with its body unread', async () => {
  const { port } = await serve({ routes: [hello], fallback: echo });
  expect(await ask({ port, path: '/hello' })).toMatchObject({ status: 200, body: 'a route\n' });
  expect(await ask({ port, path: '/a/b?c=d' })).toMatchObject({ status: 202, body: 'GET /a/b?c=d ' });
  const body = 'x'.repeat(100_000);
  expect(await ask({ port, path: '/up', method: 'PUT', body })).toMatchObject({ status: 202, body: `PUT /up ${body}` });
});

test('the fallback is behind the same guard', async () => {
  const basicAuth = { username: 'ann', password: 'secret' };
  const { port } = await serve({ routes: [], fallback: echo, basicAuth });
  expect((await ask({ port, path: '/a' })).status).toBe(401);
  expect((await ask({ port, path: '/a', headers: basic('ann', 'secret') })).status).toBe(202);
});

test('a stop waits for a reply of the fallback, up to its deadline', async () => {
  let finish: (() => void) | undefined;
  const fallback = (_: IncomingMessage, response: ServerResponse): void => {
    response.write('first ');
    finish = () => response.end('second');
  };
  const { port, server } = await serve({ routes: [], fallback });
  const answer = ask({ port, path: '/slow' });
  await expect.poll(() => finish).toBeDefined();
  const stopped = server.stop(10_000);
  finish?.();
  expect((await answer).body).toBe('first second');
  await stopped;
});
