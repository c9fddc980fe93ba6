import { readFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { Agent } from 'node:https';
import { connect } from 'node:tls';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { silentLog } from '../base/log.ts';
import type { Route } from './route.ts';
import { ask, type Answer, type Question } from './test-kit/ask.ts';
import { createCertificateFolder } from './test-kit/certificates.ts';
import { closed, openRaw, sendRaw } from './test-kit/raw-client.ts';
import { serve } from './test-kit/serve.ts';

const folder = createCertificateFolder();
const read = (name: string): string => readFileSync(folder.file(name), 'utf8');
const routes: Route[] = [{ path: '/', handle: () => ({ status: 200, body: 'hello' }) }];
const pem = 'cert_file: server.crt\n  key_file: server.key';

beforeAll(() => {
  for (const ca of ['ca', 'client-ca', 'stranger-ca']) folder.ca(ca);
  for (const name of ['server', 'server2']) folder.signed(name, 'ca');
  folder.signed(
    'client',
    'client-ca',
    'DNS:prometheus.example.com,IP:::1,URI:spiffe://example.com/p,email:p@example.com',
  );
  folder.signed('nameless', 'client-ca', 'DNS:other.example.com');
  folder.signed('stranger', 'stranger-ca', 'DNS:prometheus.example.com');
});
afterAll(() => folder.remove());

/** A server by the lines of a `tls_server_config`, and a clock that the test moves. */
async function serveTls(settings: string) {
  const write = (changed: string): string =>
    folder.write('web.yml', changed === '' ? '' : `tls_server_config:\n  ${changed}\n`);
  const log = silentLog();
  const error = vi.spyOn(log, 'error');
  const world = { now: 0 };
  const clock = { now: () => world.now, monotonic: () => world.now };
  const served = await serve({ routes, webConfigFile: write(settings), log, clock });
  const get = (more: Partial<Question> = {}): Promise<Answer> =>
    ask({ port: served.port, path: '/', tls: true, ...more });
  /** The status for a client with this certificate, or `refused`. */
  const statusFor = (name?: string): Promise<number | 'refused'> =>
    get(name === undefined ? {} : { cert: read(`${name}.crt`), key: read(`${name}.key`) }).then(
      ({ status }) => status,
      () => 'refused',
    );
  return { ...served, get, statusFor, write, error, world };
}

test('a certificate and key are enough', async () => {
  const pair = { certFile: folder.file('server.crt'), keyFile: folder.file('server.key') };
  const { port, tls } = await serve({ routes, tls: pair, basicAuth: { username: 'a', password: 'b' } });
  expect(tls).toBe(true);
  const checked = { port, path: '/', tls: true, ca: read('ca.crt'), rejectUnauthorized: true };
  expect(await ask(checked)).toMatchObject({ status: 401, protocol: 'TLSv1.3' });
  expect(await ask({ ...checked, auth: 'a:b' })).toMatchObject({ status: 200, body: 'hello' });
  const old = { maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
  await expect(ask({ ...checked, ...old })).rejects.toThrow(/version|protocol/i);
});

test('plain HTTP, junk and silence on a TLS port do no harm', async () => {
  const { port, get, server } = await serveTls(pem);
  expect(await sendRaw(port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')).not.toContain('200');
  await sendRaw(port, Buffer.alloc(500, 0x16));
  const silent = await openRaw(port, '');
  silent.resume();
  expect((await get()).status).toBe(200);
  await server.stop(60_000);
  await closed(silent);
});

const ca = 'client_ca_file: client-ca.crt';

test.each([
  ['NoClientCert', '', [200, 200, 200]],
  ['RequestClientCert', '', [200, 200, 200]],
  ['RequireAnyClientCert', '', ['refused', 200, 200]],
  ['RequireClientCert', ca, ['refused', 200, 200]],
  ['VerifyClientCertIfGiven', ca, [200, 200, 'refused']],
  ['RequireAndVerifyClientCert', ca, ['refused', 200, 'refused']],
])('%s', async (type, more, expected) => {
  const { statusFor } = await serveTls(`${pem}\n  client_auth_type: ${type}\n  ${more}`);
  expect([await statusFor(), await statusFor('client'), await statusFor('stranger')]).toEqual(expected);
});

test.each(['prometheus.example.com', '::1', '0:0:0:0:0:0:0:1', 'spiffe://example.com/p', 'p@example.com'])(
  'client_allowed_sans: %s',
  async (san) => {
    const { statusFor } = await serveTls(
      `${pem}\n  client_auth_type: RequireAndVerifyClientCert\n  ${ca}\n  client_allowed_sans: ["a", "${san}"]`,
    );
    expect([await statusFor('client'), await statusFor('nameless'), await statusFor('stranger')]).toEqual([
      200,
      'refused',
      'refused',
    ]);
  },
);

test('client_allowed_sans are whole names', async () => {
  const { statusFor } = await serveTls(
    `${pem}\n  client_auth_type: RequireAnyClientCert\n  client_allowed_sans: ["*.example.com", "example.com"]`,
  );
  expect([await statusFor('client'), await statusFor()]).toEqual(['refused', 'refused']);
});

test.each(['TLSv1.2', 'TLSv1.3'] as const)('a resumed session is judged as a new one (%s)', async (maxVersion) => {
  const { get, write, world } = await serveTls(
    `${pem}\n  client_auth_type: RequireAndVerifyClientCert\n  ${ca}\n  client_allowed_sans: ["p@example.com"]`,
  );
  // This agent resumes sessions, and closes each connection.
  const agent = new Agent({ keepAlive: false, maxCachedSessions: 10, maxVersion });
  onTestFinished(() => agent.destroy());
  const client = { agent, cert: read('client.crt'), key: read('client.key') };
  expect(await get(client)).toMatchObject({ status: 200, resumed: false });
  expect(await get(client)).toMatchObject({ status: 200, resumed: true });
  world.now += 1000;
  write(`${pem}\n  client_auth_type: RequireAndVerifyClientCert\n  ${ca}\n  client_allowed_sans: ["q@example.com"]`);
  await expect(get(client)).rejects.toThrow(/ECONNRESET|hang up|EPIPE|disconnected/);
});

test.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'a refused client cannot come back by its session (%s)',
  async (maxVersion) => {
    const { port } = await serveTls(`${pem}\n  client_auth_type: RequireAndVerifyClientCert\n  ${ca}`);
    const attempt = (session?: Buffer) => {
      const options = { cert: read('stranger.crt'), key: read('stranger.key'), maxVersion, rejectUnauthorized: false };
      const socket = connect({ port, host: '127.0.0.1', ...options, ...(session && { session }) });
      const seen: { session?: Buffer; received: string } = { received: '' };
      socket.on('session', (given: Buffer) => (seen.session = given));
      socket.on('data', (chunk: Buffer) => (seen.received += chunk.toString()));
      socket.on('error', () => undefined).write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
      return closed(socket).then(() => seen);
    };
    const first = await attempt();
    const second = await attempt(first.session);
    expect([first.received, second.received]).toEqual(['', '']);
  },
);

test('versions, ciphers and curves', async () => {
  const only = await serveTls(
    `${pem}\n  min_version: TLS12\n  max_version: TLS12\n  cipher_suites: [TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256]\n  curve_preferences: [CurveP384]`,
  );
  expect(await only.get()).toMatchObject({ protocol: 'TLSv1.2', cipher: 'ECDHE-ECDSA-CHACHA20-POLY1305' });
  await expect(only.get({ ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' })).rejects.toThrow(/handshake/);
  await expect(only.get({ ecdhCurve: 'X25519' })).rejects.toThrow(/handshake/);
  const old = await serveTls(`${pem}\n  min_version: TLS10`);
  expect(await old.get({ maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' })).toMatchObject({
    protocol: 'TLSv1.1',
  });
  expect(await old.get()).toMatchObject({ protocol: 'TLSv1.3' });
  const cbc = await serveTls(
    `${pem}\n  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]`,
  );
  expect(await cbc.get()).toMatchObject({ protocol: 'TLSv1.3' });
  // The server's order counts unless told otherwise.
  const reversed = { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-SHA' } as const;
  expect(await cbc.get(reversed)).toMatchObject({ cipher: 'ECDHE-ECDSA-AES256-SHA' });
  const theirs = await serveTls(
    `${pem}\n  prefer_server_cipher_suites: false\n  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]`,
  );
  expect(await theirs.get(reversed)).toMatchObject({ cipher: 'ECDHE-ECDSA-AES128-GCM-SHA256' });
});

test('a new certificate is for new connections', async () => {
  folder.write('current.crt', read('server.crt'));
  folder.write('current.key', read('server.key'));
  const { get, world, error } = await serveTls('cert_file: current.crt\n  key_file: current.key');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  const nameOf = async (more: Partial<Question> = {}): Promise<unknown> => (await get(more)).certificate?.subject.CN;
  expect([await nameOf(), await nameOf({ agent })]).toEqual(['server', 'server']);

  folder.write('current.crt', read('server2.crt'));
  world.now += 1000;
  expect(await nameOf()).toBe('server');
  expect(error.mock.calls).toMatchObject([
    [{ fault: 'line 3: tls_server_config.key_file: the key does not belong to the certificate' }, expect.anything()],
  ]);

  folder.write('current.key', read('server2.key'));
  world.now += 1000;
  expect([await nameOf({ agent }), await nameOf()]).toEqual(['server', 'server2']);
  expect(error.mock.calls).toHaveLength(1);
});

test('what is asked of clients may change', async () => {
  const { statusFor, world, write } = await serveTls(pem);
  expect(await statusFor()).toBe(200);
  const change = (settings: string): void => {
    write(settings);
    world.now += 1000;
  };
  change(`${pem}\n  client_auth_type: RequireAndVerifyClientCert\n  ${ca}`);
  expect([await statusFor(), await statusFor('client'), await statusFor('stranger')]).toEqual([
    'refused',
    200,
    'refused',
  ]);
  change(`${pem}\n  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: stranger-ca.crt`);
  expect([await statusFor(), await statusFor('client'), await statusFor('stranger')]).toEqual([
    'refused',
    'refused',
    200,
  ]);
  change(pem);
  expect([await statusFor(), await statusFor('client')]).toEqual([200, 200]);
});

test('TLS stays on when the file no longer has it', async () => {
  const { get, world, write, error } = await serveTls(pem);
  write('');
  world.now += 1000;
  expect((await get()).status).toBe(200);
  expect(error.mock.calls[0]?.[0]).toMatchObject({
    fault: 'TLS cannot be switched off while running: restart to apply that',
  });
});

const big = Buffer.alloc(32 * 1024 * 1024, 'x');

test('under TLS too, a reply nobody reads is given up and one read slowly is not', async () => {
  const pair = { certFile: folder.file('server.crt'), keyFile: folder.file('server.key') };
  const { port } = await serve({
    routes: [{ path: '/', handle: () => ({ status: 200, body: big }) }],
    tls: pair,
    limits: { stalledReplyMs: 1000 },
  });
  const read = async (waitMs: number, pauseMs: number): Promise<number> => {
    const tcp = connectTcp(port, '127.0.0.1');
    const socket = connect({ socket: tcp, rejectUnauthorized: false });
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    let received = 0;
    let pausedAt = 0;
    socket.on('data', (chunk: Buffer) => {
      received += chunk.length;
      if (received - pausedAt < 2 * 1024 * 1024) return;
      pausedAt = received;
      socket.pause();
      setTimeout(() => socket.resume(), pauseMs);
    });
    await closed(socket);
    return received;
  };
  expect(await read(3000, 0)).toBeLessThan(big.length);
  expect(await read(0, 100)).toBeGreaterThan(big.length);
}, 30_000);
