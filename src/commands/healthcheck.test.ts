import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { silentLog } from '../base/log.ts';
import type { HttpServerOptions } from '../http/http-server.ts';
import { textReply, type Route } from '../http/route.ts';
import { createCertificateFolder } from '../http/test-kit/certificates.ts';
import { serve } from '../http/test-kit/serve.ts';
import { healthcheck, mainProcessArguments } from './healthcheck.ts';

const folder = createCertificateFolder();
beforeAll(() => {
  folder.ca('ca');
  folder.signed('server', 'ca', 'DNS:exporter.example.com');
});
afterAll(() => folder.remove());

/** A server with a health path, and what a health check with this configuration file says of it. */
async function check(
  options: Partial<HttpServerOptions>,
  yaml: string,
  more: Partial<{ path: string; open: boolean }> = {},
) {
  const path = more.path ?? '/health';
  const routes = [{ path, open: more.open === true, handle: () => textReply(200, 'ok') }];
  const { port } = await serve({ routes, ...options });
  const config = folder.write('config.yaml', `server:\n  port: ${String(port)}\n  ${yaml.replaceAll('\n', '\n  ')}\n`);
  return { port, ...(await run('--config', config)) };
}

async function run(...args: readonly string[]) {
  const lines: string[] = [];
  const errors: string[] = [];
  const result = await healthcheck({
    args,
    env: {},
    print: (line) => void lines.push(line),
    printError: (line) => void errors.push(line),
  });
  return { result, lines, errors };
}

const healthy = { result: { exitCode: 0 }, errors: [] };
const tls = { certFile: folder.file('server.crt'), keyFile: folder.file('server.key') };
const tlsYaml = `tls: { enabled: true, cert_file: ${tls.certFile}, key_file: ${tls.keyFile} }`;
const user = { username: 'scraper', password: 'käse:brot' };
const userYaml = 'auth: { enabled: true, username: scraper, password: "käse:brot" }';

test('asks loopback where the server listens on all addresses', async () => {
  const { port, ...answer } = await check({ address: '0.0.0.0' }, 'address: 0.0.0.0');
  expect(answer).toEqual({ ...healthy, lines: [`healthy: http://127.0.0.1:${String(port)}/health: HTTP 200`] });
});

test('asks IPv6 loopback for ::', async () => {
  const { port, ...answer } = await check({ address: '::' }, "address: '::'");
  expect(answer).toEqual({ ...healthy, lines: [`healthy: http://[::1]:${String(port)}/health: HTTP 200`] });
});

test('asks the configured path', async () => {
  expect(await check({}, 'health_path: /alive', { path: '/alive' })).toMatchObject(healthy);
});

test('asks over TLS, whatever name the certificate has, with the configured user', async () => {
  const { port, ...answer } = await check({ tls, basicAuth: user }, `${tlsYaml}\n${userYaml}`);
  expect(answer).toEqual({ ...healthy, lines: [`healthy: https://127.0.0.1:${String(port)}/health: HTTP 200`] });
});

test('a server that refuses the configured user is not the one that was configured', async () => {
  const { port, ...answer } = await check({ basicAuth: { username: 'other', password: 'x' } }, userYaml);
  expect(answer).toEqual({
    result: { exitCode: 1 },
    lines: [],
    errors: [`unhealthy: http://127.0.0.1:${String(port)}/health: HTTP 401`],
  });
});

test('sends no password where the health path asks for none', async () => {
  const seen = vi.fn<(authorization: string | undefined) => void>();
  const handle: Route['handle'] = ({ headers }) => {
    seen(headers.authorization);
    return textReply(200, 'ok');
  };
  const routes = [{ path: '/health', open: true, handle }];
  await check({ routes }, userYaml.replace('}', ', exempt_health: true }'));
  expect(seen).toHaveBeenCalledExactlyOnceWith(undefined);
});

test('users of a web configuration file are known by hashes only: 401 is an answer', async () => {
  const web = folder.write(
    'web.yml',
    'basic_auth_users:\n  a: $2y$04$7BxAW8gYdCoKkSLdrSDhR.kXDDZLGhSLCdZx6hcYgJU8B9gPAwvQ2\n',
  );
  const answer = await check({ webConfigFile: web }, `web_config_file: ${web}`);
  expect(answer).toMatchObject({ ...healthy, lines: [expect.stringContaining('HTTP 401')] });
});

test('a server that wants a certificate of its clients is asked by half a handshake, which it does not log', async () => {
  const settings = 'cert_file: server.crt\n  key_file: server.key\n  client_ca_file: ca.crt';
  const web = folder.write(
    'web-mutual.yml',
    `tls_server_config:\n  ${settings}\n  client_auth_type: RequireAndVerifyClientCert\n`,
  );
  const log = silentLog();
  const warn = vi.spyOn(log, 'warn');
  const answer = await check({ webConfigFile: web, log }, `web_config_file: ${web}`);
  expect(answer).toMatchObject({ ...healthy, lines: [expect.stringContaining('speaks TLS')] });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(warn).not.toHaveBeenCalled();
});

test('a web configuration file with a fault says nothing of the server that goes on with the one before', async () => {
  const web = folder.write('web-later.yml', 'tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n');
  const routes = [{ path: '/health', handle: () => textReply(200, 'ok') }];
  const { port } = await serve({ routes, webConfigFile: web });
  writeFileSync(web, 'nonsense: true\n');
  const args = ['--web.config.file', web, '--server.port', String(port)];
  expect(await run(...args)).toMatchObject(healthy);
});

test('a server that does not answer, and one that is not there', async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void silent.close());
  const port = String((silent.address() as { port: number }).port);
  expect((await run('--server.port', port)).errors).toEqual([
    `unhealthy: http://127.0.0.1:${port}/health: no answer in 3 s`,
  ]);
  expect((await run('--server.port', '1')).errors).toEqual([
    'unhealthy: http://127.0.0.1:1/health: connection refused',
  ]);
});

test('says on one line what is wrong with the configuration, and never exits 2', async () => {
  expect(await run('--server.port', 'x', '--nonsense')).toMatchObject({
    result: { exitCode: 1 },
    errors: [expect.stringMatching(/^unhealthy: [^\n]+ \(and 1 more\)$/)],
  });
  expect((await run('--server.port', '0')).errors).toEqual([
    'unhealthy: server.port is 0: which port the system chose is not known here',
  ]);
});

test('tells how it is used, and its version', async () => {
  expect((await run('--help')).lines.join('\n')).toMatch(/^tallyman healthcheck: .*--server\.port PORT/s);
  expect((await run('--version')).lines).toEqual([expect.stringMatching(/^tallyman \d/)]);
});

test('the plugin is asked by its own configuration', async () => {
  const routes = [{ path: '/health', handle: () => textReply(200, 'ok') }];
  const { port } = await serve({ routes });
  expect(await run('plugin', '--standalone', '--listen', `127.0.0.1:${String(port)}`)).toMatchObject(healthy);
});

test("takes the arguments of the container's main process where that is Tallyman", () => {
  const argumentsOf = (...words: readonly string[]) =>
    mainProcessArguments(folder.write('cmdline', words.map((word) => `${word}\0`).join('')));
  const node = ['/bin/node', '--max-semi-space-size=2', '/tallyman.js'];
  expect(argumentsOf(...node, '--server.port', '9300', '')).toEqual(['--server.port', '9300', '']);
  expect(argumentsOf('/sbin/docker-init', '--', ...node, 'plugin')).toEqual(['plugin']);
  expect(argumentsOf('/sbin/init', 'splash')).toEqual([]);
  expect(mainProcessArguments('/nowhere')).toEqual([]);
});

test('asks a fleet server where it listens, and an agent for its exporter', async () => {
  const routes = [{ path: '/health', open: true, handle: () => textReply(200, 'ok') }];
  const { port } = await serve({ routes });
  const line = `healthy: http://127.0.0.1:${String(port)}/health: HTTP 200`;
  expect(await run('server', '--listen', `0.0.0.0:${String(port)}`)).toEqual({ ...healthy, lines: [line] });
  expect(await run('agent', '--server.port', String(port))).toEqual({ ...healthy, lines: [line] });
});
