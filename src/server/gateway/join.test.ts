import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { hostUrn } from '../../protocol/certificate-names.ts';
import type { EnrollReply } from '../../protocol/enrollment.ts';
import { connectAndGreet, join, keyOf, newCandidate, post, postJoin, requestFor } from './test-kit/test-agent.ts';
import { startFleet } from './test-kit/test-fleet.ts';

test('an agent joins once with its token, and connects with what it got', async () => {
  const { port, store, authority, addHost } = await startFleet();
  const { id, token } = await addHost('web-1');
  const candidate = await newCandidate();
  const { status, body } = await postJoin(port, token, candidate);
  expect(status).toBe(200);
  const reply = body as EnrollReply;
  expect(reply).toMatchObject({ id, name: 'web-1', ca: authority.certificatePem });
  const certificate = new X509Certificate(reply.certificate);
  expect(certificate.subjectAltName).toBe(`URI:${hostUrn(id)}`);
  expect(certificate.subject).not.toContain('server');
  expect(certificate.checkPrivateKey(keyOf(candidate.keyPem))).toBe(true);

  const host = await store.hosts.get('web-1');
  expect(host?.joinedAt).toBeGreaterThan(Date.now() - 60_000);
  const [row] = await store.certificates.ofHost(id);
  expect(row).toMatchObject({ serial: certificate.serialNumber.toLowerCase(), hostId: id, revokedAt: undefined });
  const [entry] = await store.audit.list({ limit: 1 });
  expect(entry).toMatchObject({ actor: 'host:web-1', action: 'host.join', target: 'host:web-1' });
  expect(JSON.stringify(entry)).not.toContain(token);

  const agent = await connectAndGreet(port, { key: candidate.keyPem, cert: reply.certificate, id });
  agent.ws.close();
});

test('the same key may ask again, since an answer can get lost; another key may not', async () => {
  const { port, store, counted, addHost } = await startFleet();
  const { id, token } = await addHost('web-1');
  const first = await newCandidate();
  expect((await postJoin(port, token, first)).status).toBe(200);
  expect((await postJoin(port, token, { ...first, csr: await requestFor(first.keyPem) })).status).toBe(200);
  expect((await store.certificates.ofHost(id)).filter(({ revokedAt }) => revokedAt === undefined)).toHaveLength(2);

  const thief = await postJoin(port, token, await newCandidate());
  expect(thief).toMatchObject({ status: 403, body: { code: 'JOIN_TOKEN_USED' } });
  expect(counted.refusals).toEqual(['token_used']);
  expect(await store.certificates.ofHost(id)).toHaveLength(2);
});

test('expired and unknown tokens are refused, and nothing happens', async () => {
  const { port, store, counted, addHost } = await startFleet();
  const { id, token } = await addHost('web-1', -1000);
  const before = await store.audit.head();
  expect(await postJoin(port, token, await newCandidate())).toMatchObject({
    status: 403,
    body: { code: 'JOIN_TOKEN_EXPIRED' },
  });
  expect(await postJoin(port, 'guess', await newCandidate())).toMatchObject({
    status: 403,
    body: { code: 'JOIN_TOKEN_UNKNOWN' },
  });
  expect(counted.refusals).toEqual(['token_expired', 'token_unknown']);
  expect(await store.certificates.ofHost(id)).toEqual([]);
  expect((await store.hosts.get('web-1'))?.joinedAt).toBeUndefined();
  expect(await store.audit.head()).toEqual(before);
});

test('a host that joins anew with another key loses its earlier certificates and connections', async () => {
  const { port, store, addHost, gateway } = await startFleet();
  const { id, token } = await addHost('web-1');
  const old = await join(port, token);
  const agent = await connectAndGreet(port, old);
  expect(gateway.connections()).toBe(1);
  const { createHash } = await import('node:crypto');
  const hash = createHash('sha256').update('second').digest('hex');
  await store.joinTokens.create({ hash, hostId: id, expiresAt: Date.now() + 60_000 });
  await join(port, 'second');
  expect(await agent.closed).toMatchObject({ code: 4003 });
  await expect(connectAndGreet(port, old)).rejects.toMatchObject({ status: 403 });
});

test('what is no request to join is refused', async () => {
  const { port, counted, addHost } = await startFleet();
  const { token } = await addHost('web-1');
  const { csr } = await newCandidate();
  const json = (value: object): string => JSON.stringify({ token, csr, version: '1', ...value });
  expect(await post(port, 'no json')).toMatchObject({ status: 400, body: { code: 'JOIN_REQUEST_INVALID' } });
  expect(await post(port, '[]')).toMatchObject({ status: 400 });
  expect(await post(port, json({ csr: 'no csr' }))).toMatchObject({
    status: 400,
    body: { code: 'JOIN_REQUEST_INVALID' },
  });
  expect(await post(port, json({}), { path: '/metrics' })).toMatchObject({
    status: 404,
    body: { code: 'JOIN_PATH_UNKNOWN' },
  });
  expect(await post(port, '', { method: 'GET' })).toMatchObject({ status: 405 });
  expect(await post(port, json({ version: 'x'.repeat(40_000) }))).toMatchObject({
    status: 413,
    body: { code: 'JOIN_REQUEST_TOO_LARGE' },
  });
  expect(counted.refusals.length).toBe(6);
});

test('guessing is slowed down, one address at a time', async () => {
  const { port, counted, addHost } = await startFleet();
  const { token } = await addHost('web-1');
  const candidate = await newCandidate();
  const guesses = await Promise.all(
    Array.from({ length: 40 }, (_, number) => postJoin(port, `guess-${number}`, candidate)),
  );
  const statuses = guesses.map(({ status }) => status);
  // Ten at once, and whatever the few seconds of this test give back.
  expect(statuses.filter((status) => status === 403).length).toBeLessThan(25);
  const limited = guesses.find(({ status }) => status === 429);
  expect(limited).toMatchObject({ body: { code: 'JOIN_TOO_OFTEN' }, headers: { 'retry-after': expect.anything() } });
  expect(counted.refusals).toContain('rate_limited');
  expect((await postJoin(port, token, candidate)).status).toBe(429);
});
