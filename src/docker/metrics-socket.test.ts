import { linkSync } from 'node:fs';
import { createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serveMetricsSocket, socketFolder } from '../../test/support/fake-metrics-socket.ts';
import { createMetricsSocket, type MetricsAnswer } from './metrics-socket.ts';

const ask = (path: string, timeoutMs = 2000): Promise<MetricsAnswer> => createMetricsSocket(path).get({ timeoutMs });

describe('what the engine answers', () => {
  it('comes as it is, with what was negotiated', async () => {
    const body = gzipSync('a 1\n');
    const seen: unknown[] = [];
    const { path } = await serveMetricsSocket((request, response) => {
      const { accept, 'accept-encoding': acceptEncoding } = request.headers;
      seen.push([request.url, accept, acceptEncoding]);
      response.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4', 'Content-Encoding': 'gzip' }).end(body);
    });
    const answer = await createMetricsSocket(path).get({ accept: 'x/y', acceptEncoding: 'gzip', timeoutMs: 2000 });
    expect(answer).toEqual({ ok: true, contentType: 'text/plain; version=0.0.4', contentEncoding: 'gzip', body });
    expect(seen).toEqual([['/metrics', 'x/y', 'gzip']]);
  });

  it.each([
    [500, 'collecting failed\nmore', "the engine's metrics socket answers with status 500: collecting failed"],
    [404, '', "the engine's metrics socket answers with status 404"],
  ])('status %i is a fault', async (status, text, message) => {
    const { path } = await serveMetricsSocket((_, response) => response.writeHead(status).end(text));
    expect(await ask(path)).toEqual({ ok: false, fault: 'status', message });
  });

  it('is refused when it is too large', async () => {
    const { path } = await serveMetricsSocket((_, response) => {
      const chunk = Buffer.alloc(1024 * 1024, '\n');
      const write = (): void => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', write);
      };
      write();
    });
    expect(await ask(path, 10_000)).toMatchObject({ ok: false, fault: 'too_large' });
  });

  it('is a fault when it breaks off', async () => {
    const { path } = await serveMetricsSocket((_, response) => {
      response.writeHead(200, { 'Content-Length': '100' }).write('a 1\n');
      setTimeout(() => response.destroy(), 20);
    });
    expect(await ask(path)).toMatchObject({ ok: false, fault: 'broken' });
  });

  it.each([
    ['before its head', false],
    ['within its body', true],
  ])('is waited for no longer than allowed: hangs %s', async (_, starts) => {
    const { path } = await serveMetricsSocket((_, response) => void (starts && response.write('a 1\n')));
    const from = performance.now();
    const message = `the engine's metrics socket ${path} did not answer within 0.2 s`;
    expect(await ask(path, 200)).toEqual({ ok: false, fault: 'timeout', message });
    expect(performance.now() - from).toBeLessThan(1500);
  });

  it('is not waited for when nobody wants it', async () => {
    const { path } = await serveMetricsSocket(() => undefined);
    const client = new AbortController();
    const answer = createMetricsSocket(path).get({ timeoutMs: 5000, signal: client.signal });
    setTimeout(() => client.abort(), 20);
    expect(await answer).toMatchObject({ ok: false, fault: 'client_gone' });
  });
});

describe('a socket that is not the daemon', () => {
  it('is absent', async () => {
    expect(await ask(join(socketFolder(), 'none.sock'))).toMatchObject({ ok: false, fault: 'absent' });
  });

  it('is dead', async () => {
    const daemon = await serveMetricsSocket(() => undefined);
    const mounted = `${daemon.path}.mounted`;
    linkSync(daemon.path, mounted); // a mount keeps the file as this does
    await daemon.close();
    expect(await ask(mounted)).toMatchObject({ ok: false, fault: 'refused' });
  });

  it('speaks something else', async () => {
    const path = join(socketFolder(), 'm.sock');
    const server = createServer((socket) => socket.end('hello\r\n\r\n'));
    await new Promise<void>((resolve) => {
      server.listen(path, resolve);
    });
    onTestFinished(() => void server.close());
    expect(await ask(path)).toMatchObject({ ok: false, fault: 'broken' });
  });
});
