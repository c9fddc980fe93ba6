import { spawnSync } from 'node:child_process';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { silentLog } from '../base/log.ts';
import { ask, type Answer, type Question } from '../http/test-kit/ask.ts';
import { socketFolder } from '../../test/support/fake-metrics-socket.ts';
import { createProtocol } from './protocol.ts';
import { createProtocolServer, type ProtocolServer } from './protocol-server.ts';

function create(socketPath = join(socketFolder(), 'p.sock')) {
  const answered: unknown[] = [];
  const server: ProtocolServer = createProtocolServer({
    socketPath,
    protocol: createProtocol({ startMetrics: async () => undefined, stopMetrics: () => undefined }),
    onAnswer: (call, status) => void answered.push([call, status]),
    log: silentLog(),
  });
  onTestFinished(() => server.stop(0));
  const call = (path: string, options: Partial<Question> = {}): Promise<Answer> =>
    ask({ port: 0, socketPath, method: 'POST', path, ...options });
  return { server, socketPath, answered, call };
}

describe('calls', () => {
  it('are answered in the media type of the plugin protocol', async () => {
    const { server, call, answered } = create();
    await server.start();
    const contentType = 'application/vnd.docker.plugins.v1.2+json';
    for (const body of [undefined, '{}']) {
      const answer = await call('/MetricsCollector.StartMetrics', {
        headers: { accept: contentType },
        ...(body && { body }),
      });
      expect(answer).toMatchObject({ status: 200, body: '{"Err":""}\n', headers: { 'content-type': contentType } });
    }
    for (const [path, method, status] of [
      ['/nothing', 'POST', 404],
      ['/Plugin.Activate', 'GET', 405],
      ['/Plugin.Activate', 'DELETE', 405],
    ] as const) {
      const answer = await call(path, { method });
      expect(answer).toMatchObject({ status, headers: { 'content-type': contentType } });
      expect(JSON.parse(answer.body)).toEqual({ Err: expect.any(String) as string });
    }
    expect(answered).toHaveLength(5);
  });

  it('may be large only to a limit', async () => {
    const { server, call } = create();
    await server.start();
    const body = Buffer.alloc(64 * 1024 + 1, 'x');
    const answer = await call('/MetricsCollector.StartMetrics', { body });
    expect(answer).toMatchObject({ status: 413, headers: { connection: 'close' } });
    expect(JSON.parse(answer.body)).toEqual({ Err: 'a body may have 65536 bytes here' });
    expect(await call('/Plugin.Activate')).toMatchObject({ status: 200 });
  });

  it.each([
    ['half a head', 'POST /Plugin.Activate HTTP/1.1\r\nHost:'],
    ['half a body', 'POST /MetricsCollector.StartMetrics HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n{'],
    ['no HTTP', '\x16\x03\x01\x00\x00'],
  ])('%s harms nobody', async (_, bytes) => {
    const { server, socketPath, call, answered } = create();
    await server.start();
    const socket = connect(socketPath, () => socket.end(bytes));
    socket.on('error', () => undefined).resume();
    await new Promise((resolve) => socket.once('close', resolve));
    expect(answered).toEqual([]);
    expect(await call('/Plugin.Activate')).toMatchObject({ status: 200 });
  });

  it('that hang are ended by a stop', async () => {
    const { server, socketPath } = create();
    await server.start();
    const socket = connect(socketPath, () =>
      socket.write('POST /Plugin.Activate HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{'),
    );
    socket.on('error', () => undefined).resume();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await server.stop(50);
    await closed;
    expect(existsSync(socketPath)).toBe(false);
    await server.stop(0);
  });
});

describe('the socket', () => {
  it("is its owner's alone, and its folder is made", async () => {
    const { server, socketPath } = create(join(socketFolder(), 'plugins/p.sock'));
    await server.start();
    expect(statSync(socketPath).mode & 0o777).toBe(0o600);
  });

  it('of a dead process is replaced', async () => {
    const { server, socketPath, call } = create();
    const leave =
      'require("node:net").createServer().listen(process.argv[1], () => process.kill(process.pid, "SIGKILL"))';
    expect(spawnSync(process.execPath, ['-e', leave, socketPath]).signal).toBe('SIGKILL');
    expect(existsSync(socketPath)).toBe(true);
    await server.start();
    expect(await call('/Plugin.Activate')).toMatchObject({ status: 200 });
  });

  it('of another process is left alone', async () => {
    const { server, socketPath } = create();
    const other = createServer();
    await new Promise<void>((resolve) => {
      other.listen(socketPath, resolve);
    });
    onTestFinished(() => void other.close());
    await expect(server.start()).rejects.toMatchObject({ code: 'PLUGIN_SOCKET_IN_USE' });
    expect(existsSync(socketPath)).toBe(true);
  });

  it('is made nowhere else', async () => {
    const folder = socketFolder();
    writeFileSync(join(folder, 'file'), '');
    for (const path of [join(folder, 'file'), join(folder, 'file/p.sock'), join(folder, 'x'.repeat(200))]) {
      await expect(create(path).server.start()).rejects.toMatchObject({ code: 'PLUGIN_SOCKET_FAILED' });
    }
  });

  it('is not made by a server that only stops', async () => {
    const { server, socketPath } = create();
    await server.stop(0);
    expect(existsSync(socketPath)).toBe(false);
  });
});
