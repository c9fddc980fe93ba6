import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ask } from '../../src/http/test-kit/ask.ts';
import { serveMetricsSocket, socketFolder } from '../support/fake-metrics-socket.ts';
import { runCommand } from '../support/run-command.ts';
import { program, startPluginProcess } from './plugin-process.ts';

const call = (socketPath: string, name: string): ReturnType<typeof ask> =>
  ask({ port: 0, socketPath, method: 'POST', path: `/MetricsCollector.${name}` });

/** Sends bytes and waits until the other side closes; gives what it said. */
function send(socketPath: string, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(socketPath, () => socket.write(bytes));
    socket.setEncoding('utf8').on('data', (part: string) => (text += part));
    socket.on('error', () => undefined).on('close', () => resolve(text));
  });
}

describe('the process', () => {
  it('survives every fault at its sockets, and ends when told', async () => {
    const pluginSocket = join(socketFolder(), 'p.sock');
    let status = 500;
    const engine = await serveMetricsSocket((_, response) => response.writeHead(status).end('no metrics today\n'));
    const plugin = await startPluginProcess('--plugin-socket', pluginSocket, '--metrics-socket', engine.path);
    onTestFinished(() => void plugin.stop());

    const halves = [
      'POST /MetricsCollector.StartMetrics HTTP/1.1\r\n',
      'POST /Plugin.Activate HTTP/1.1\r\nContent-Length: 9\r\n\r\n{',
    ];
    const held = Promise.all(halves.map((half) => send(pluginSocket, half)));
    const body = 'x'.repeat(70_000);
    expect(
      await ask({ port: 0, socketPath: pluginSocket, method: 'POST', path: '/Plugin.Activate', body }),
    ).toMatchObject({
      status: 413,
    });
    expect((await call(pluginSocket, 'StartMetrics')).body).toContain('answers with status 500: no metrics today');
    expect((await plugin.get('/metrics')).text).toContain('answers with status 500: no metrics today');
    status = 200;
    expect(await plugin.get('/metrics')).toMatchObject({ status: 200, text: 'no metrics today\n' });
    expect(await call(pluginSocket, 'StopMetrics')).toMatchObject({ status: 200, body: '{"Err":""}\n' });
    expect(await plugin.get('/metrics')).toMatchObject({ status: 503 });
    // half a request is given up after five seconds
    for (const text of await held)
      expect(text).toMatch(/^(HTTP\/1\.1 408 [^]*"Err":"the request did not end in time"|$)/);

    expect(await plugin.stop()).toBe(0);
    expect(existsSync(pluginSocket)).toBe(false);
  });

  it('starts where a killed one was', async () => {
    const pluginSocket = join(socketFolder(), 'p.sock');
    const args = ['--plugin-socket', pluginSocket, '--metrics-socket', '/nonexistent'];
    const first = await startPluginProcess(...args);
    await expect(startPluginProcess(...args)).rejects.toThrow("is another process'");
    process.kill(first.pid, 'SIGKILL');
    await first.stop();
    expect(existsSync(pluginSocket)).toBe(true);
    const second = await startPluginProcess(...args);
    expect(await call(pluginSocket, 'StopMetrics')).toMatchObject({ status: 200 });
    expect(await second.stop()).toBe(0);
  });
});

describe('settings that cannot be used', () => {
  const run = (...args: readonly string[]): ReturnType<typeof runCommand> =>
    runCommand(program, ['plugin', ...args], { env: { PATH: process.env['PATH'] }, accept: [1, 2] });

  it.each([
    [['--listen', '9323'], 'server.listen: 9323 (flag --listen) is not an address with a port'],
    [['--listen', '127.0.0.1:70000'], 'server.listen: 127.0.0.1:70000 (flag --listen) is not an address with a port'],
    [
      ['--web.config.file', '/nonexistent'],
      'server.web_config_file: /nonexistent (flag --web.config.file) cannot be read',
    ],
    [['--lissen', '127.0.0.1:1'], '--lissen is not a flag: did you mean --listen?'],
    [[], "is in the engine's folder for legacy plugins"],
  ])('%j: a line and exit code 2', async (args, line) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(line);
  });

  it('an address that is taken: a line and exit code 1', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    const { code, stderr } = await run('--standalone', '--listen', `127.0.0.1:${String(port)}`);
    expect(code).toBe(1);
    expect(stderr).toContain(`tallyman plugin: port ${String(port)} on 127.0.0.1 is in use`);
    expect(stderr).toContain('docker plugin set PLUGIN PLUGIN_LISTEN=ADDRESS:PORT');
  });
});
