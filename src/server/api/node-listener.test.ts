import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer, request as tlsRequest } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { silentLog } from '../../base/log.ts';
import { createCertificates } from '../../../test/support/certificates.ts';
import { createTempFolder } from '../../../test/support/temp-folder.ts';
import { waitFor } from '../../../test/support/wait-for.ts';
import { defineApiRoute, type ApiRoute } from './api-route.ts';
import { lineStream } from './line-stream.ts';
import { nodeListener } from './node-listener.ts';
import { openApiBench, type ApiBench } from './test-kit/api-bench.ts';

const ends: (() => PromiseLike<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function serve(...routes: ApiRoute[]): Promise<{ bench: ApiBench; server: Server; port: number; url: string }> {
  const bench = await openApiBench({ routes });
  ends.push(() => bench[Symbol.asyncDispose]());
  const server = createServer(nodeListener(bench.api, { log: silentLog(), stalledReplyMs: 5000 }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { bench, server, port, url: `http://127.0.0.1:${String(port)}` };
}

function extra(handle: ApiRoute['handle'], change: Partial<ApiRoute> = {}): ApiRoute {
  const route = defineApiRoute({
    method: 'GET',
    path: '/extra',
    permission: 'open',
    tag: 'extra',
    summary: 'extra',
    handle,
  });
  return { ...route, ...change };
}

/** Everything a connection says in answer to these bytes, until it is closed. */
async function raw(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(text);
  let answer = '';
  socket.setEncoding('utf8');
  await new Promise<void>((resolve) => {
    socket.on('data', (data: string) => (answer += data));
    socket.on('close', () => resolve());
    socket.on('error', () => resolve());
  });
  return answer;
}

test('an answer of one piece has its length, and HEAD the same head', async () => {
  const { url, bench } = await serve();
  const get = await fetch(`${url}/health`);
  expect([get.status, await get.text(), get.headers.get('content-length')]).toEqual([200, 'ok\n', '3']);
  const head = await fetch(`${url}/health`, { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
  expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'));
  expect(['3', null]).toContain(head.headers.get('content-length'));
  const token = await bench.token('viewer');
  const list = await fetch(`${url}/api/v1/hosts`, { headers: { authorization: `Bearer ${token}` } });
  const text = await list.text();
  expect(list.headers.get('content-length')).toBe(String(Buffer.byteLength(text)));
  const created = await fetch(`${url}/api/v1/tokens`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await bench.token('admin')}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'x', role: 'viewer' }),
  });
  expect(created.status).toBe(201);
  const gone = await fetch(`${url}/api/v1/tokens/x`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${await bench.token('admin')}` },
  });
  expect([gone.status, await gone.text()]).toEqual([204, '']);
});

test('a session over real connections: the cookie, and the address as the lockout sees it', async () => {
  const { url, bench } = await serve(extra(({ remoteAddress, isTls }) => Promise.resolve({ remoteAddress, isTls })));
  await bench.addUser('ann', 'viewer');
  const login = await fetch(`${url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'ann', password: 'correct horse' }),
  });
  expect(login.status).toBe(201);
  const [cookie = ''] = login.headers.getSetCookie();
  expect(cookie).toMatch(/^tallyman_session=[\w-]{43}; HttpOnly/);
  const who = await fetch(`${url}/api/v1/session`, { headers: { cookie: cookie.split(';')[0] ?? '' } });
  expect(await who.json()).toMatchObject({ name: 'ann' });
  expect(await (await fetch(`${url}/extra`)).json()).toEqual({ remoteAddress: '127.0.0.1', isTls: false });
});

test('over TLS it knows so, and binds the cookie to it', async () => {
  const folder = createTempFolder();
  ends.push(() => Promise.resolve(folder.remove()));
  const { server: pair } = await createCertificates(folder.path);
  const bench = await openApiBench();
  ends.push(() => bench[Symbol.asyncDispose]());
  await bench.addUser('ann', 'viewer');
  const keys = { cert: readFileSync(pair.cert), key: readFileSync(pair.key) };
  const server = createTlsServer(keys, nodeListener(bench.api, { log: silentLog() }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const options = { method: 'POST', headers: { 'content-type': 'application/json' }, rejectUnauthorized: false };
  const { port } = server.address() as AddressInfo;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    tlsRequest(`https://127.0.0.1:${String(port)}/api/v1/session`, options, resolve)
      .on('error', reject)
      .end(JSON.stringify({ name: 'ann', password: 'correct horse' }));
  });
  response.resume();
  expect([response.statusCode, response.headers['set-cookie']]).toEqual([
    201,
    [expect.stringMatching(/^__Host-tallyman_session=.*; Secure$/)],
  ]);
});

test('a body that is too large is refused while it comes', async () => {
  const { port, bench } = await serve();
  const token = await bench.token('admin');
  const head = `POST /api/v1/tokens HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\n`;
  const announced = await raw(port, `${head}Content-Length: 99999999\r\n\r\n{`);
  expect(announced).toMatch(/^HTTP\/1\.1 413 .*\r\n/);
  expect(announced).toContain('BODY_TOO_LARGE');
  expect(announced).toMatch(/Connection: close/i);
  const chunk = 'x'.repeat(1024 * 1024 + 1);
  const chunked = await raw(port, `${head}Transfer-Encoding: chunked\r\n\r\n${chunk.length.toString(16)}\r\n${chunk}`);
  expect(chunked).toMatch(/^HTTP\/1\.1 413 /);
});

test('requests that nobody can read', async () => {
  const { port, bench } = await serve();
  const line = async (head: string): Promise<string> =>
    (await raw(port, `${head}\r\nConnection: close\r\n\r\n`)).split('\r\n')[0] ?? '';
  expect(await line('GET /health HTTP/1.1\r\nHost: a b')).toBe('HTTP/1.1 400 Bad Request');
  expect(await line('GET /health HTTP/1.1\r\nHost: a/b@c')).toBe('HTTP/1.1 400 Bad Request');
  expect(await line('GET /health HTTP/1.0')).toBe('HTTP/1.1 200 OK');
  expect(await line('GET http://fleet.example/health HTTP/1.1\r\nHost: x')).toBe('HTTP/1.1 200 OK');
  expect(await line('OPTIONS * HTTP/1.1\r\nHost: x')).toMatch(/^HTTP\/1\.1 40[045] /);
  expect(await line('GET /%zz%00%ff HTTP/1.1\r\nHost: x')).toBe('HTTP/1.1 404 Not Found');
  expect(bench.counted.filter((counted) => counted === 'other unmatched 400').length).toBeGreaterThanOrEqual(2);
});

test('a client that leaves aborts its request', async () => {
  let signal: AbortSignal | undefined;
  const { url, bench } = await serve(
    extra(({ request }) => {
      signal = request.signal;
      return new Promise((_, reject) => request.signal.addEventListener('abort', () => reject(new Error('left'))));
    }),
  );
  const controller = new AbortController();
  const call = fetch(`${url}/extra`, { signal: controller.signal }).catch(() => 'left');
  await waitFor('the handler runs', () => signal !== undefined);
  controller.abort();
  expect(await call).toBe('left');
  await waitFor('it is told', () => signal?.aborted);
  await waitFor('it is counted', () => bench.counted.includes('GET /extra 499'));
});

test('a stream is sent as it is read, and its source ends when the client leaves', async () => {
  let given = 0;
  let hasEnded = false;
  async function* lines(): AsyncGenerator<string> {
    try {
      for (;;) {
        given += 1;
        yield await Promise.resolve('x'.repeat(10_000));
      }
    } finally {
      hasEnded = true;
    }
  }
  const { url } = await serve(extra(() => Promise.resolve(new Response(lineStream(lines())))));
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    httpRequest(`${url}/extra`, resolve).on('error', reject).end();
  });
  expect(response.headers['transfer-encoding']).toBe('chunked');
  await new Promise((resolve) => response.once('data', resolve));
  response.pause();
  await waitFor('the source rests', async () => {
    const before = given;
    await new Promise((resolve) => setTimeout(resolve, 300));
    return given === before;
  });
  response.destroy();
  await waitFor('the source has ended', () => hasEnded);
});

test('a stream that fails half-way ends the connection', async () => {
  async function* lines(): AsyncGenerator<string> {
    yield await Promise.resolve('x'.repeat(70_000));
    yield 'y'.repeat(70_000);
    throw new Error('the database is gone');
  }
  const { url } = await serve(extra(() => Promise.resolve(new Response(lineStream(lines())))));
  const response = await fetch(`${url}/extra`);
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow('terminated');
});

test('nothing of the answer to HEAD is read, and what would be read is ended', async () => {
  let state = 'not begun';
  async function* lines(): AsyncGenerator<string> {
    state = 'begun';
    try {
      yield await Promise.resolve('x'.repeat(100_000));
      yield 'y';
    } finally {
      state = 'ended';
    }
  }
  const { url } = await serve(extra(() => Promise.resolve(new Response(lineStream(lines())))));
  const response = await fetch(`${url}/extra`, { method: 'HEAD' });
  expect([response.status, await response.text()]).toEqual([200, '']);
  expect(state).not.toBe('begun');
});

test('many requests on one connection, some of them refused with their bodies unread', async () => {
  const { url } = await serve();
  for (let n = 0; n < 20; n += 1) {
    const refused = await fetch(`${url}/api/v1/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'x'.repeat(n * 1000) }),
    });
    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([401, 'AUTH_REQUIRED']);
    expect((await fetch(`${url}/health`)).status).toBe(200);
  }
});
