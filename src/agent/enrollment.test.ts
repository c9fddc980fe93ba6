import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:tls';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { silentLog } from '../base/log.ts';
import { createAgentKey } from './certificate-request.ts';
import { belongsTogether } from './certificates.ts';
import { enroll, type EnrollmentFault } from './enrollment.ts';
import { join } from './join.ts';
import type { StateFolder } from './state/state-folder.ts';
import { createTestAuthority, type TestAuthority } from './test-kit/certificates.ts';
import { createStandInServer } from './test-kit/stand-in-server.ts';
import { startTlsServer, type TlsServer } from './test-kit/tls-server.ts';
import { systemTimers } from './timers.ts';

let authority: TestAuthority;
let stranger: TestAuthority;
const cleanUps: (() => unknown)[] = [];
beforeAll(async () => {
  authority = await createTestAuthority();
  stranger = await createTestAuthority('Stranger');
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function serve(pair?: { key: string; cert: string }, by = authority): Promise<TlsServer> {
  const server = await startTlsServer(by, createStandInServer(), pair);
  cleanUps.push(() => server.stop());
  return server;
}

const key = createAgentKey();

function ask(server: string, more: { fingerprint?: string; now?: number; signal?: AbortSignal } = {}) {
  const usual = { token: 'secret-token', fingerprint: authority.fingerprint, key, now: Date.now() };
  return enroll({ ...usual, signal: AbortSignal.timeout(10_000), server, ...more });
}

async function fault(asked: Promise<unknown>): Promise<Pick<EnrollmentFault, 'kind' | 'message'>> {
  return asked.then(
    () => expect.fail('it joined'),
    (error: unknown) => error as EnrollmentFault,
  );
}

test('joins with the token, and gets a certificate for its own key', async () => {
  const server = await serve();
  const reply = await ask(server.url);
  expect(reply).toMatchObject({ id: 'host-1', name: 'web-1' });
  expect(belongsTogether(reply.certificate, key, [authority.certificate])).toBe(true);
  expect(server.joins).toMatchObject([{ token: 'secret-token' }]);
  expect(JSON.stringify(server.joins)).not.toContain('PRIVATE');
});

describe("the token is told to nobody but the fleet's server", () => {
  test('another CA', async () => {
    const server = await serve(undefined, stranger);
    expect(await fault(ask(server.url))).toMatchObject({
      kind: 'stranger',
      message: expect.stringContaining('fingerprint') as string,
    });
    expect(server.joins).toEqual([]);
  });

  test("the right CA's certificate beside one that it did not sign", async () => {
    const foreign = await stranger.server();
    const [leaf = ''] = foreign.cert.split(/(?<=-----END CERTIFICATE-----\n)/);
    const server = await serve({ key: foreign.key, cert: leaf + authority.certificate });
    expect(await fault(ask(server.url))).toMatchObject({ kind: 'stranger' });
    expect(server.joins).toEqual([]);
  });

  test.each([
    ['expired', { notAfter: new Date(Date.now() - 40 * 3_600_000), notBefore: new Date(Date.now() - 90 * 3_600_000) }],
    [
      'not valid yet',
      { notBefore: new Date(Date.now() + 40 * 3_600_000), notAfter: new Date(Date.now() + 90 * 3_600_000) },
    ],
    ["an agent's purpose", { purpose: 'clientAuth' as const }],
    ["an agent's name", { uri: 'urn:tallyman:host:host-1' }],
  ])('%s', async (_, wrong) => {
    const server = await serve(await authority.server(wrong));
    expect(await fault(ask(server.url))).toMatchObject({ kind: 'stranger' });
    expect(server.joins).toEqual([]);
  });

  test('a clock that is off by hours is no reason', async () => {
    const server = await serve(await authority.server({ notBefore: new Date() }));
    await ask(server.url, { now: Date.now() - 20 * 3_600_000 });
    expect(server.joins).toHaveLength(1);
  });
});

describe('refusals', () => {
  test.each([400, 401, 403, 409, 410, 413])("HTTP %d is final, with the server's words", async (status) => {
    const server = await serve();
    server.onJoin = (_, response) => {
      response.writeHead(status).end(JSON.stringify({ code: 'JOIN_TOKEN_USED', detail: 'this token was used' }));
      return true;
    };
    expect(await fault(ask(server.url))).toMatchObject({
      kind: 'refused',
      message: `HTTP ${String(status)}: this token was used`,
    });
  });

  test.each([404, 429, 500, 502, 503])('HTTP %d may pass', async (status) => {
    const server = await serve();
    server.onJoin = (_, response) => {
      response.writeHead(status, { 'Content-Type': 'text/html' }).end('<html>busy</html>');
      return true;
    };
    expect(await fault(ask(server.url))).toMatchObject({ kind: 'unavailable', message: `HTTP ${String(status)}` });
  });

  test.each([
    ['no JSON', 'nonsense'],
    ['half an answer', '{"id":"host-1"}'],
    ['endless', 'x'.repeat(300_000)],
  ])('an answer that is none: %s', async (_, text) => {
    const server = await serve();
    server.onJoin = (_, response) => {
      response.writeHead(200).end(text);
      return true;
    };
    expect(await fault(ask(server.url))).toMatchObject({ kind: 'unavailable' });
  });

  test('a certificate for another key', async () => {
    const server = await serve();
    server.onJoin = (_, response) => {
      const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const options = { publicKey: publicKey.export({ type: 'spki', format: 'der' }), uri: 'urn:tallyman:host:host-1' };
      const inForce = { notBefore: new Date(), notAfter: new Date(Date.now() + 1e6), purpose: 'clientAuth' as const };
      void authority
        .issue({ ...options, ...inForce })
        .then((certificate) =>
          response
            .writeHead(200)
            .end(JSON.stringify({ id: 'host-1', name: 'web-1', certificate, ca: authority.certificate })),
        );
      return true;
    };
    expect(await fault(ask(server.url))).toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('not for this key') as string,
    });
  });

  test('the time is over: while connecting, and while waiting for the answer', async () => {
    const server = await serve();
    server.onJoin = () => true;
    expect(await fault(ask(server.url, { signal: AbortSignal.timeout(300) }))).toMatchObject({ kind: 'unavailable' });
    const deaf = createServer(() => undefined);
    const plain = deaf.listen(0, '127.0.0.1');
    cleanUps.push(() => plain.close());
    await once(plain, 'listening');
    const url = `https://127.0.0.1:${String((plain.address() as AddressInfo).port)}`;
    expect(await fault(ask(url, { signal: AbortSignal.timeout(300) }))).toMatchObject({ kind: 'unavailable' });
    expect(await fault(ask(url, { signal: AbortSignal.abort() }))).toMatchObject({ kind: 'unavailable' });
  });

  test('nobody listens', async () => {
    expect(await fault(ask('https://127.0.0.1:1'))).toMatchObject({ kind: 'unavailable' });
  });
});

describe('several servers', () => {
  function joinAt(servers: readonly string[], random = (): number => 0) {
    const state: Pick<StateFolder, 'joiningKey' | 'saveJoined'> = {
      joiningKey: () => key,
      saveJoined: () => undefined,
    };
    const stopping = new AbortController();
    cleanUps.push(() => stopping.abort());
    const line = { servers, token: 'secret-token', fingerprint: authority.fingerprint };
    const timers = { after: (_: number, task: () => void) => systemTimers.after(1, task) };
    const clock = { now: () => Date.now(), monotonic: () => performance.now() };
    return join({
      line,
      state: state as StateFolder,
      clock,
      timers,
      random,
      log: silentLog(),
      signal: stopping.signal,
    });
  }

  test('are asked in turn until one answers, and all of them are remembered', async () => {
    const server = await serve();
    const servers = ['https://127.0.0.1:1', server.url];
    expect(await joinAt(servers)).toMatchObject({ host: { id: 'host-1', name: 'web-1' }, servers, key });
  });

  test('are asked again for as long as it takes, with the same key', async () => {
    const server = await serve();
    let attempts = 0;
    server.onJoin = (_, response) => {
      attempts += 1;
      if (attempts > 3) return false;
      // The certificate was made, and the answer got lost.
      response.socket?.destroy();
      return true;
    };
    await joinAt([server.url]);
    expect(server.joins).toHaveLength(4);
  });

  test('one that refuses the token is enough', async () => {
    const server = await serve();
    server.onJoin = (_, response) => {
      response.writeHead(403).end(JSON.stringify({ code: 'JOIN_TOKEN_EXPIRED', detail: 'this token has expired' }));
      return true;
    };
    await expect(joinAt([server.url])).rejects.toMatchObject({
      code: 'AGENT_JOIN_REFUSED',
      message: expect.stringMatching(/this token has expired.*tallyman host add/) as string,
    });
    await expect(joinAt([server.url])).rejects.not.toMatchObject({
      message: expect.stringContaining('secret-token') as string,
    });
  });

  test('one stranger among them is passed by; nothing but strangers is the end', async () => {
    const [server, foreign] = [await serve(), await serve(undefined, stranger)];
    await joinAt([foreign.url, server.url]);
    await expect(joinAt([foreign.url])).rejects.toMatchObject({ code: 'AGENT_WRONG_CA' });
    expect(foreign.joins).toEqual([]);
  });
});
