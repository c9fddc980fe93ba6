import { Agent } from 'node:http';
import * as fc from 'fast-check';
import { expect, onTestFinished, test, vi } from 'vitest';
import { silentLog } from '../base/log.ts';
import { createHttpServer } from './http-server.ts';
import { textReply, type HttpRequest, type Route } from './route.ts';
import { ask, basic } from './test-kit/ask.ts';
import { closed, openRaw, sendRaw } from './test-kit/raw-client.ts';
import { serve } from './test-kit/serve.ts';

const hello: Route = { path: '/hello', handle: () => ({ status: 200, body: 'hello\n' }) };
const health: Route = { path: '/health', open: true, handle: () => textReply(200, 'well') };

async function* chunks(...parts: string[]) {
  for (const part of parts) yield Buffer.from(part);
}

/** A route that shows what it was asked. */
function recorder(route: Partial<Route> = {}): { seen: HttpRequest[]; route: Route } {
  const seen: HttpRequest[] = [];
  const handle = (request: HttpRequest) => {
    seen.push(request);
    return { status: 204 };
  };
  return { seen, route: { path: '/seen', handle, ...route } };
}

test('serves GET and HEAD', async () => {
  const { port, tls } = await serve({ routes: [hello] });
  expect(tls).toBe(false);
  const get = await ask({ port, path: '/hello' });
  expect(get).toMatchObject({ status: 200, body: 'hello\n' });
  expect(get.headers).toMatchObject({ 'content-type': 'text/plain; charset=utf-8', 'content-length': '6' });
  const head = await ask({ port, path: '/hello', method: 'HEAD' });
  expect(head).toMatchObject({ status: 200, body: '' });
  expect(head.headers).toMatchObject({ 'content-type': 'text/plain; charset=utf-8', 'content-length': '6' });
});

test('the handler sees the request taken apart', async () => {
  const { seen, route } = recorder();
  const { port } = await serve({ routes: [route] });
  expect(await ask({ port, path: 'http://other:1/s%65en?a=1&a=2', headers: { 'x-a': 'b' } })).toMatchObject({
    status: 204,
    body: '',
  });
  const [request] = seen;
  expect(request).toMatchObject({ method: 'GET', path: '/seen', remoteAddress: '127.0.0.1', headers: { 'x-a': 'b' } });
  expect(request?.query.getAll('a')).toEqual(['1', '2']);
  expect(request?.body).toHaveLength(0);
});

test('sends text, bytes and iterables, with the headers of the handler', async () => {
  const handle = ({ query }: HttpRequest) => {
    if (query.has('bytes'))
      return { status: 200, body: Buffer.from([0x41, 0x42]), headers: { 'content-type': 'application/x' } };
    return { status: 200, body: query.has('none') ? chunks() : chunks('a', 'b', 'c') };
  };
  const { port } = await serve({ routes: [{ path: '/', handle }] });
  const bytes = await ask({ port, path: '/?bytes' });
  expect(bytes).toMatchObject({ body: 'AB', headers: { 'content-type': 'application/x', 'content-length': '2' } });
  expect(await ask({ port, path: '/' })).toMatchObject({ body: 'abc', headers: { 'transfer-encoding': 'chunked' } });
  expect(await ask({ port, path: '/?none' })).toMatchObject({ status: 200, body: '' });
});

test('HEAD of an iterable starts nothing and lets go of it', async () => {
  const done = vi.fn<() => Promise<IteratorReturnResult<undefined>>>(() =>
    Promise.resolve({ done: true, value: undefined }),
  );
  const next = vi.fn<() => Promise<IteratorReturnResult<undefined>>>();
  const body: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => ({ next, return: done }) };
  const { port } = await serve({ routes: [{ path: '/', handle: () => ({ status: 200, body }) }] });
  expect(await ask({ port, path: '/', method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
  expect([next.mock.calls.length, done.mock.calls.length]).toEqual([0, 1]);
});

test('unknown paths and methods get one useful line', async () => {
  const { port } = await serve({ routes: [hello, { ...hello, path: '/post', method: 'POST' }] });
  const lost = await ask({ port, path: '/lost' });
  expect(lost).toMatchObject({ status: 404, body: '404: nothing is served here; paths are /hello, /post\n' });
  expect(lost.headers['content-type']).toBe('text/plain; charset=utf-8');
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE']) {
    const answer = await ask({ port, path: '/hello', method });
    expect(answer).toMatchObject({
      status: 405,
      body: '405: this path takes GET, HEAD\n',
      headers: { allow: 'GET, HEAD' },
    });
  }
  expect(await ask({ port, path: '/post' })).toMatchObject({ status: 405, headers: { allow: 'POST' } });
  expect((await ask({ port, path: '/lost', method: 'HEAD' })).status).toBe(404);
});

test('one path may take several methods', async () => {
  const { port } = await serve({ routes: [hello, { ...health, path: '/hello', method: 'POST' }] });
  expect((await ask({ port, path: '/hello', method: 'POST' })).body).toBe('well\n');
  expect((await ask({ port, path: '/hello' })).body).toBe('hello\n');
  expect((await ask({ port, path: '/hello', method: 'PUT' })).headers['allow']).toBe('GET, HEAD, POST');
});

test('what a handler throws is a 500 and a line in the log', async () => {
  const log = silentLog();
  const error = vi.spyOn(log, 'error');
  const fail =
    (what: () => never): Route['handle'] =>
    () =>
      what();
  const broken = new Error('the secret reason');
  const handles: Route['handle'][] = [
    fail(() => {
      throw broken;
    }),
    () => Promise.reject(broken),
    () => ({ status: 200, headers: { 'x-bad': 'a\nb' } }),
    () => ({ status: 9999 }),
  ];
  const { port } = await serve({ log, routes: handles.map((handle, index) => ({ path: `/${index}`, handle })) });
  for (const index of handles.keys()) {
    expect(await ask({ port, path: `/${index}` })).toMatchObject({
      status: 500,
      body: '500: this failed here; the log says why\n',
    });
  }
  expect(error.mock.calls).toHaveLength(handles.length);
  expect(error.mock.calls[0]).toMatchObject([{ err: broken, path: '/0' }, 'a request failed']);
});

test('a body that fails half-way is cut off, not ended', async () => {
  async function* body() {
    yield Buffer.from('half');
    throw new Error('no more');
  }
  const { port } = await serve({ routes: [{ path: '/', handle: () => ({ status: 200, body: body() }) }, hello] });
  await expect(ask({ port, path: '/' })).rejects.toThrow(/aborted|hang up/);
  expect((await ask({ port, path: '/hello' })).status).toBe(200);
});

test('the signal says when the client has gone, also to a request behind another', async () => {
  const seen: AbortSignal[] = [];
  const both = Promise.withResolvers<void>();
  const handle = ({ signal }: HttpRequest) => {
    if (seen.push(signal) === 2) both.resolve();
    return new Promise<never>(() => undefined);
  };
  const { port } = await serve({ routes: [{ path: '/', handle }] });
  const request = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
  const socket = await openRaw(port, request + request);
  await both.promise;
  expect(seen.map((signal) => signal.aborted)).toEqual([false, false]);
  socket.destroy();
  await expect.poll(() => seen.map((signal) => signal.aborted)).toEqual([true, true]);
});

test('a complete reply is not aborted', async () => {
  const { seen, route } = recorder();
  const { port } = await serve({ routes: [route] });
  await ask({ port, path: '/seen' });
  await ask({ port, path: '/seen' });
  expect(seen.map(({ signal }) => signal.aborted)).toEqual([false, false]);
});

test('connections are kept', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  const { port } = await serve({ routes: [hello] });
  const first = await ask({ port, path: '/hello', agent });
  expect(first.headers).toMatchObject({ connection: 'keep-alive', 'keep-alive': 'timeout=75' });
  for (let index = 0; index < 20; index += 1) expect((await ask({ port, path: '/hello', agent })).status).toBe(200);
  expect(Object.keys(agent.freeSockets)).toHaveLength(1);
});

const json = { 'content-type': 'application/json' };

test('a POST gets its body, a GET has none', async () => {
  const { seen, route } = recorder({ method: 'POST' });
  const { port } = await serve({ routes: [route, hello] });
  expect((await ask({ port, path: '/seen', method: 'POST', headers: json, body: '{"a":1}' })).status).toBe(204);
  expect(
    (await ask({ port, path: '/seen', method: 'POST', headers: { 'transfer-encoding': 'chunked' }, body: 'xyz' }))
      .status,
  ).toBe(204);
  expect((await ask({ port, path: '/seen', method: 'POST' })).status).toBe(204);
  expect(seen.map(({ body }) => Buffer.from(body).toString())).toEqual(['{"a":1}', 'xyz', '']);
  expect(await ask({ port, path: '/hello', headers: { 'content-length': '3' }, body: 'abc' })).toMatchObject({
    status: 200,
    body: 'hello\n',
  });
});

test('bodies end at their bound', async () => {
  const { port } = await serve({ routes: [hello, { ...hello, path: '/post', method: 'POST' }] });
  const head = (path: string, more: string): string => `${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n\r\n`;
  const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
  const announced = await sendRaw(port, head('POST /post', 'Content-Length: 65537'));
  expect(announced).toMatch(/^HTTP\/1\.1 413 [^]*Connection: close[^]*413: a body may have 65536 bytes here\n$/);
  expect(await sendRaw(port, head('GET /hello', 'Content-Length: 99999999999'))).toMatch(/^HTTP\/1\.1 413 /);
  const streamed = await sendRaw(port, `${head('POST /post', 'Transfer-Encoding: chunked')}${chunk}1\r\nx\r\n`);
  expect(streamed).toMatch(/^HTTP\/1\.1 413 /);
  const allowed = await sendRaw(
    port,
    `${head('POST /post', 'Connection: close\r\nTransfer-Encoding: chunked')}${chunk}0\r\n\r\n`,
  );
  expect(allowed).toMatch(/^HTTP\/1\.1 200 /);
});

test('auth covers everything but open routes', async () => {
  const { port } = await serve({ routes: [hello, health], basicAuth: { username: 'jo', password: 'pä:ss' } });
  const good = basic('jo', 'pä:ss');
  for (const headers of [
    {},
    basic('jo', 'pä:s'),
    basic('jo', ''),
    basic('j', 'pä:ss'),
    basic('', ''),
    { authorization: 'Bearer x' },
  ]) {
    const refused = await ask({ port, path: '/hello', headers });
    expect(refused).toMatchObject({ status: 401, body: '401: a user name and its password are needed\n' });
    expect(refused.headers['www-authenticate']).toBe('Basic realm="tallyman", charset="UTF-8"');
  }
  for (const [path, method, status] of [
    ['/hello', 'GET', 200],
    ['/lost', 'GET', 404],
    ['/hello', 'PUT', 405],
    ['/health', 'PUT', 405],
  ] as const) {
    expect((await ask({ port, path, method })).status).toBe(401);
    expect((await ask({ port, path, method, headers: good })).status).toBe(status);
  }
  expect((await ask({ port, path: '/health' })).status).toBe(200);
  expect((await ask({ port, path: '/he%61lth' })).status).toBe(200);
  expect((await ask({ port, path: '/health/../hello' })).status).toBe(401);
});

test('a refused request with a body does not leave the body to be read as a request', async () => {
  const { port } = await serve({ routes: [hello, health], basicAuth: { username: 'jo', password: 'x' } });
  const smuggled = 'GET /health HTTP/1.1\r\nHost: a\r\n\r\n';
  const received = await sendRaw(port, `POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n${smuggled}`);
  expect(received).toMatch(/^HTTP\/1\.1 401 /);
  expect(received).not.toContain('well');
});

test('malformed requests get 400 and a closed connection', async () => {
  const { port } = await serve({ routes: [hello] });
  for (const bytes of [
    '\0\0\0\0',
    'nonsense\r\n\r\n',
    'GET /hello HTTP/1.1\r\nbad header\r\n\r\n',
    'GET /hello HTTP/1.1\r\n\r\n',
  ]) {
    expect(await sendRaw(port, bytes)).toMatch(/^HTTP\/1\.1 400 /);
  }
  expect(await sendRaw(port, `GET /hello HTTP/1.1\r\nHost: a\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 431 /,
  );
  expect(await sendRaw(port, 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n')).toBe('');
  expect((await ask({ port, path: '/hello' })).status).toBe(200);
});

test('odd targets do no harm', async () => {
  const { port } = await serve({ routes: [hello] });
  for (const target of [
    '//',
    '//hello',
    '/%',
    '/%ff%00',
    '/..',
    '/hello#x',
    '*',
    'http://',
    'http://[',
    '/a?%',
    `/${'%2e%2e/'.repeat(50)}`,
  ]) {
    const received = await sendRaw(port, `GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    expect(received).toMatch(/^HTTP\/1\.1 40[04] /);
  }
  expect(await sendRaw(port, 'OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 404 /);
  expect(await sendRaw(port, 'GET /hello HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 [^]*hello\n$/);
  expect(
    await sendRaw(port, 'GET /hello HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n', (got) =>
      got.endsWith('hello\n'),
    ),
  ).toMatch(/^HTTP\/1\.1 200 /);
});

test('any bytes leave the server alive', async () => {
  const { port } = await serve({ routes: [hello, { ...hello, path: '/post', method: 'POST' }] });
  const word = fc.constantFrom(
    'GET ',
    'POST ',
    '/hello',
    '/post',
    ' HTTP/1.1',
    '\r\n',
    'Host: a\r\n',
    'Content-Length: ',
    'Transfer-Encoding: chunked\r\n',
    '5',
    '\r\n\r\n',
    ': ',
    'Expect: 100-continue\r\n',
    'http://',
    '%',
    '\0',
  );
  const words = fc.array(word, { maxLength: 15 }).map((parts) => Buffer.from(parts.join('')));
  const bytes = fc.oneof(words, fc.uint8Array({ maxLength: 300 }));
  await fc.assert(
    fc.asyncProperty(bytes, async (given) => {
      const socket = await openRaw(port, given);
      // Half-closing ends requests that wait for more.
      socket
        .on('error', () => undefined)
        .resume()
        .end();
      await closed(socket);
    }),
    { numRuns: 200 },
  );
  expect((await ask({ port, path: '/hello' })).status).toBe(200);
});

test('starting where it cannot listen says what to do', async () => {
  const { port } = await serve({ routes: [hello] });
  await expect(serve({ port })).rejects.toMatchObject({
    code: 'HTTP_PORT_IN_USE',
    message: `port ${port} on 127.0.0.1 is in use: stop what holds it or set server.port`,
  });
  await expect(serve({ address: '192.0.2.1' })).rejects.toMatchObject({
    code: 'HTTP_ADDRESS_UNKNOWN',
    message: '192.0.2.1 is no address of this host: set server.address to one that is, or to 0.0.0.0 or :: for all',
  });
});

test('a second setting beside a web configuration file is an error', async () => {
  const webConfigFile = '/nowhere/web.yml';
  await expect(serve({ webConfigFile, basicAuth: { username: 'a', password: 'b' } })).rejects.toMatchObject({
    code: 'WEB_CONFIG_CONFLICT',
  });
  await expect(serve({ webConfigFile, tls: { certFile: 'a', keyFile: 'b' } })).rejects.toMatchObject({
    code: 'WEB_CONFIG_CONFLICT',
  });
  await expect(serve({ webConfigFile })).rejects.toMatchObject({ code: 'WEB_CONFIG_INVALID' });
  await expect(serve({ tls: { certFile: '/nowhere/a.crt', keyFile: '/nowhere/a.key' } })).rejects.toMatchObject({
    code: 'WEB_CONFIG_INVALID',
    message: expect.stringContaining('certificate: cannot read /nowhere/a.crt: there is no such file') as string,
  });
});

test('stop before start, twice, and start after stop', async () => {
  const server = createHttpServer({ address: '127.0.0.1', port: 0, log: silentLog(), routes: [hello] });
  await server.stop(1000);
  await server.stop(1000);
  await expect(server.start()).rejects.toMatchObject({ code: 'HTTP_STOPPED' });
});

test('stop while starting', async () => {
  const server = createHttpServer({ address: '127.0.0.1', port: 0, log: silentLog(), routes: [hello] });
  const started = server.start();
  await server.stop(1000);
  await expect(started).rejects.toMatchObject({ code: 'HTTP_STOPPED' });
});
