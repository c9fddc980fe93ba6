import { expect, test, vi } from 'vitest';
import { waitFor } from '../../../test/support/wait-for.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { hostUrn } from '../../protocol/certificate-names.ts';
import { readCertificateRequest } from '../ca/certificate-request.ts';
import { issueCertificate } from '../ca/issue.ts';
import { importSigningKey, newKey } from '../ca/signing-key.ts';
import { openAuthority } from '../ca/authority.ts';
import { loadX509 } from '../../protocol/x509.ts';
import {
  connect,
  connectAndGreet,
  join,
  newCandidate,
  post,
  requestFor,
  serialOf,
  UpgradeRefused,
} from './test-kit/test-agent.ts';
import { openTestStore, startFleet } from './test-kit/test-fleet.ts';

async function refusalOf(attempt: Promise<unknown>): Promise<{ status: number; code: string }> {
  const error: unknown = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof UpgradeRefused)) throw new Error('it was not refused', { cause: error });
  return { status: error.status, code: /"code":"([A-Z_]+)"/.exec(error.message)?.[1] ?? '' };
}

test('without a certificate nobody connects', async () => {
  const { port, counted } = await startFleet();
  expect(await refusalOf(connect(port, {}))).toEqual({ status: 401, code: 'CONNECT_CERTIFICATE_MISSING' });
  expect(counted.refusals).toEqual(['no_certificate']);
});

test('certificates of another CA, and such that only look like ours, are refused', async () => {
  const { port, authority, counted, addHost } = await startFleet();
  const { id } = await addHost('web-1');
  const { keyPem, csr } = await newCandidate();
  const stranger = await openAuthority({ store: await openTestStore(), clock: systemClock, log: silentLog() });
  const foreign = await stranger.issueAgent({ csrPem: csr, hostId: id });
  const refused = { status: 401, code: 'CONNECT_CERTIFICATE_REFUSED' };
  expect(await refusalOf(connect(port, { key: keyPem, cert: foreign.pem }))).toEqual(refused);
  expect(await refusalOf(connect(port, { key: keyPem, cert: foreign.pem + stranger.certificatePem }))).toEqual(refused);

  const { X509Certificate } = await loadX509();
  const forger = { certificate: new X509Certificate(authority.certificatePem), key: (await importSigningKey(newKey().keyPem)).privateKey }; // prettier-ignore
  const { publicKey } = await readCertificateRequest(csr);
  const forged = await issueCertificate(forger, {
    ...{ publicKey, commonName: 'Tallyman agent', uri: hostUrn(id), purpose: 'clientAuth' },
    ...{ now: Date.now(), lifetimeMs: 60_000 },
  });
  expect(await refusalOf(connect(port, { key: keyPem, cert: forged.toString('pem') }))).toEqual(refused);
  expect(counted.refusals).toEqual(['foreign_certificate', 'foreign_certificate', 'foreign_certificate']);
});

test("the server's own certificate is no agent's", async () => {
  const { port, authority, counted } = await startFleet();
  const { keyPem, certPem } = await authority.issueServer({});
  expect(await refusalOf(connect(port, { key: keyPem, cert: certPem }))).toMatchObject({ status: 401 });
  expect(counted.refusals).toEqual(['wrong_purpose']);
});

test('a certificate that the database does not know, or knows as revoked, is refused', async () => {
  const { port, authority, store, counted, addHost } = await startFleet();
  const { id, token } = await addHost('web-1');
  const { keyPem, csr } = await newCandidate();
  const { pem } = await authority.issueAgent({ csrPem: csr, hostId: id });
  const unknown = { status: 403, code: 'CONNECT_CERTIFICATE_UNKNOWN' };
  expect(await refusalOf(connect(port, { key: keyPem, cert: pem }))).toEqual(unknown);
  const identity = await join(port, token);
  expect((await store.certificates.get(serialOf(identity)))?.hostId).toBe(id);
  await store.certificates.revokeOfHost(id);
  expect(await refusalOf(connect(port, identity))).toEqual({ status: 403, code: 'CONNECT_REVOKED' });
  await store.hosts.remove('web-1');
  expect(await refusalOf(connect(port, identity))).toEqual({ status: 403, code: 'CONNECT_HOST_REMOVED' });
  expect(counted.refusals).toEqual(['unknown_certificate', 'revoked', 'removed']);
});

test('revoked anywhere, a connection is cut within seconds', async () => {
  const { port, store, addHost } = await startFleet();
  const [first, second] = [await addHost('web-1'), await addHost('web-2')];
  const revoked = await connectAndGreet(port, await join(port, first.token));
  const other = await connectAndGreet(port, await join(port, second.token));
  await store.certificates.revokeOfHost(first.id);
  expect(await revoked.closed).toMatchObject({ code: 4003 });
  other.heartbeat();
  await other.next('heard');
});

test('a removed host is cut at once where it is connected', async () => {
  const { port, store, gateway, addHost } = await startFleet();
  const { id, token } = await addHost('web-1');
  const agent = await connectAndGreet(port, await join(port, token));
  await store.hosts.remove('web-1');
  gateway.cutHost(id);
  expect(await agent.closed).toMatchObject({ code: 4003 });
  await waitFor('the connection to be forgotten', () => gateway.connections() === 0);
});

test('an expired certificate ends its connection, and opens none', async () => {
  const { port, counted, addHost } = await startFleet({ agentCertificateMs: 3000 });
  const { token } = await addHost('web-1');
  const identity = await join(port, token);
  const agent = await connectAndGreet(port, identity);
  expect(await agent.closed).toMatchObject({ code: 4004 });
  expect(await refusalOf(connect(port, identity))).toMatchObject({ status: 401 });
  expect(counted.refusals).toContain('expired_certificate');
});

test('a host that connects anew replaces its older connection', async () => {
  const { port, gateway, addHost } = await startFleet();
  const identity = await join(port, (await addHost('web-1')).token);
  const older = await connectAndGreet(port, identity);
  const silent = await connect(port, identity);
  // One that has not said hello replaces nobody.
  older.heartbeat();
  await older.next('heard');
  const newer = await connectAndGreet(port, identity);
  expect(await older.closed).toMatchObject({ code: 4001 });
  newer.heartbeat();
  await newer.next('heard');
  expect(gateway.connections()).toBe(1);
  silent.ws.close();
});

test('a connection is replaced by one to another server on the same state', async () => {
  const { port, store, addHost, secondGateway } = await startFleet();
  const { id, token } = await addHost('web-1');
  const identity = await join(port, token);
  const older = await connectAndGreet(port, identity);
  older.heartbeat();
  await waitFor('the first presence', async () => (await store.presences.of(id)) !== undefined);
  const second = await secondGateway();
  const newer = await connectAndGreet(second.port, identity);
  newer.heartbeat();
  expect(await older.closed).toMatchObject({ code: 4001 });
  newer.heartbeat();
  await newer.next('heard');
});

test("other paths are nobody's", async () => {
  const { port, authority, addHost } = await startFleet();
  const identity = await join(port, (await addHost('web-1')).token);
  const { WebSocket } = await import('ws');
  const ws = new WebSocket(`wss://127.0.0.1:${port}/other`, { ...identity, rejectUnauthorized: false });
  const status = await new Promise((resolve) => {
    ws.on('error', () => undefined);
    ws.once('unexpected-response', (_, response) => resolve(response.statusCode));
  });
  expect(status).toBe(404);
  ws.terminate();
  expect(await post(port, '', { path: '/agent/v1/connect', method: 'GET' })).toMatchObject({ status: 404 });
  expect(authority.fingerprint).toMatch(/^sha256:/);
});

test('a database that does not answer refuses for now, and ends nothing', async () => {
  const { port, store, counted, addHost } = await startFleet();
  const identity = await join(port, (await addHost('web-1')).token);
  const agent = await connectAndGreet(port, identity);
  const failing = vi.spyOn(store.certificates, 'get').mockRejectedValue(new Error('gone'));
  const failingToo = vi.spyOn(store.certificates, 'withoutRight').mockRejectedValue(new Error('gone'));
  expect(await refusalOf(connect(port, identity))).toEqual({ status: 503, code: 'CONNECT_UNAVAILABLE' });
  expect(counted.refusals).toContain('unavailable');
  await waitFor('the rights to be looked at', () => failingToo.mock.calls.length > 0);
  agent.heartbeat();
  await agent.next('heard');
  failing.mockRestore();
  failingToo.mockRestore();
  expect(await requestFor(identity.key)).toContain('CERTIFICATE REQUEST');
});
