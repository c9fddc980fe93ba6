import { X509Certificate } from 'node:crypto';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { waitFor } from '../../../test/support/wait-for.ts';
import { presentedChain, refuseServer } from '../../protocol/certificate-names.ts';
import { connectAndGreet, join, newCandidate, requestFor } from './test-kit/test-agent.ts';
import { startFleet } from './test-kit/test-fleet.ts';

function dial(port: number): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => resolve(socket));
    socket.on('error', reject);
    onTestFinished(() => void socket.destroy());
  });
}

test('a connected agent gets its next certificate, and the one before stays good', async () => {
  const { port, store, authority, addHost } = await startFleet();
  const { id, token } = await addHost('web-1');
  const identity = await join(port, token);
  const agent = await connectAndGreet(port, identity);
  const next = await newCandidate();
  agent.send({ type: 'request', id: 5, method: 'renew', csr: next.csr });
  const reply = await agent.next('reply');
  expect(reply.id).toBe(5);
  const pem = reply.certificate ?? '';
  expect(pem.endsWith(authority.certificatePem)).toBe(true);
  expect(await store.certificates.ofHost(id)).toHaveLength(2);
  const [entry] = await store.audit.list({ limit: 1 });
  expect(entry).toMatchObject({ actor: 'host:web-1', action: 'host.renew', target: 'host:web-1' });
  const renewed = await connectAndGreet(port, { key: next.keyPem, cert: pem, id });
  expect(await agent.closed).toMatchObject({ code: 4001 });
  const before = await connectAndGreet(port, identity);
  expect(await renewed.closed).toMatchObject({ code: 4001 });
  before.ws.close();
});

test('a request that cannot be used gets an error, and so does one of an agent that was revoked', async () => {
  const { port, store, addHost } = await startFleet();
  const { id, token } = await addHost('web-1');
  const identity = await join(port, token);
  const agent = await connectAndGreet(port, identity);
  agent.send({ type: 'request', id: 1, method: 'renew', csr: 'none' });
  expect((await agent.next('reply')).error).toContain('certificate request');
  await store.certificates.revokeOfHost(id);
  agent.send({ type: 'request', id: 2, method: 'renew', csr: await requestFor(identity.key) });
  expect((await agent.next('reply')).error).toContain('revoked');
  expect(await agent.closed).toMatchObject({ code: 4003 });
  expect((await store.certificates.ofHost(id)).filter(({ revokedAt }) => revokedAt === undefined)).toEqual([]);
});

test('renewing without end is refused', async () => {
  const { port, store, addHost } = await startFleet();
  const { id, token } = await addHost('web-1');
  const identity = await join(port, token);
  const agent = await connectAndGreet(port, identity);
  const csr = await requestFor(identity.key);
  const errors: string[] = [];
  for (let number = 1; number <= 20; number += 1) {
    agent.send({ type: 'request', id: number, method: 'renew', csr });
    const { error } = await agent.next('reply');
    if (error != null) errors.push(error);
  }
  expect(errors.length).toBeGreaterThan(3);
  expect(errors.at(-1)).toContain('too often');
  expect((await store.certificates.ofHost(id)).length).toBeLessThan(18);
});

test('the server proves itself by its CA alone', async () => {
  const { port, authority } = await startFleet();
  const socket = await dial(port);
  const chain = presentedChain(socket.getPeerCertificate(true));
  expect(refuseServer(chain, authority.fingerprint, Date.now())).toBeUndefined();
  expect(refuseServer(chain, `sha256:${'0'.repeat(64)}`, Date.now())).toContain('fingerprint');
  expect(refuseServer(undefined, authority.fingerprint, Date.now())).toContain('no certificate');
  expect(refuseServer(chain, authority.fingerprint, Date.now() + 91 * 86_400_000)).toContain('expired');
  expect(refuseServer(chain, authority.fingerprint, Date.now() - 86_400_000)).toContain('not valid yet');
  expect(refuseServer(chain, authority.fingerprint, Date.now() - 86_400_000, 2 * 86_400_000)).toBeUndefined();
});

test("the server's certificate renews itself, and no connection is dropped for it", async () => {
  const { port, gateway, authority, addHost } = await startFleet({ serverCertificateMs: 6000 });
  const agent = await connectAndGreet(port, await join(port, (await addHost('web-1')).token));
  const first = await dial(port);
  const leaf = new X509Certificate(first.getPeerCertificate(true).raw);
  const firstEnd = gateway.serverCertificateNotAfter();
  expect(firstEnd).toBe(leaf.validToDate.getTime());
  await waitFor('the next certificate', () => gateway.serverCertificateNotAfter() > firstEnd);
  const second = await waitFor('it to be served', async () => {
    const socket = await dial(port);
    const served = new X509Certificate(socket.getPeerCertificate(true).raw);
    return served.serialNumber !== leaf.serialNumber && socket;
  });
  const chain = presentedChain(second.getPeerCertificate(true));
  expect(refuseServer(chain, authority.fingerprint, Date.now())).toBeUndefined();
  agent.heartbeat();
  await agent.next('heard');
  expect(first.destroyed).toBe(false);
  // The new one asks for certificates as the old one did.
  await connectAndGreet(port, await join(port, (await addHost('web-2')).token));
});

test('a session is not taken up again: each connection proves who it is', async () => {
  const { port } = await startFleet();
  const first = await dial(port);
  let session: Buffer | undefined;
  first.on('session', (made: Buffer) => (session = made));
  await new Promise((resolve) => setTimeout(resolve, 200));
  const again = connectTls({
    port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    session: session ?? first.getSession(),
  });
  onTestFinished(() => void again.destroy());
  await new Promise((resolve) => again.once('secureConnect', resolve));
  expect(again.isSessionReused()).toBe(false);
});
