import { expect, test } from 'vitest';
import { sha256 } from '../auth/secret.ts';
import { fingerprint, openApiBench } from './test-kit/api-bench.ts';

test('adding a host gives the line with which its agent joins', async () => {
  await using bench = await openApiBench();
  const token = await bench.token('admin');
  const { status, json } = await bench.call('POST', '/api/v1/hosts', { token, body: { name: 'web-1' } });
  const joinToken = String(json.joinToken);
  expect(status).toBe(201);
  expect(joinToken).toMatch(/^tmj_[\w-]{43}$/);
  expect(json.command).toBe(
    `tallyman agent --server https://fleet.example:8443 --token ${joinToken} --ca-fingerprint ${fingerprint}`,
  );
  expect(json).toMatchObject({ name: 'web-1', agentUrls: ['https://fleet.example:8443'], caFingerprint: fingerprint });
  const row = await bench.store.joinTokens.get(sha256(joinToken));
  expect(row).toMatchObject({ hostId: json.id, usedAt: undefined });
  const left = (row?.expiresAt ?? 0) - (await bench.store.now());
  expect(left).toBeGreaterThan(3_500_000);
  expect(left).toBeLessThanOrEqual(3_600_000);
  expect((await bench.call('POST', '/api/v1/hosts', { token, body: { name: 'web-1' } })).json.code).toBe('HOST_EXISTS');
});

test('its addresses are kept for the next join token, which ends the one before', async () => {
  await using bench = await openApiBench();
  const token = await bench.token('admin');
  const body = { name: 'web-1', agentUrl: 'https://a.example:8443/,https://[2001:db8::1]:8443', expires: 90 };
  const first = await bench.call('POST', '/api/v1/hosts', { token, body });
  expect(first.json.agentUrls).toEqual(['https://a.example:8443', 'https://[2001:db8::1]:8443']);
  const again = await bench.call('POST', '/api/v1/hosts/web-1/join-token', { token, body: { expires: '2d' } });
  expect(again.json).toMatchObject({ id: first.json.id, agentUrls: first.json.agentUrls });
  expect(again.json.command).toContain(' --server https://a.example:8443,https://[2001:db8::1]:8443 ');
  const { joinTokens } = bench.store;
  const use = async (json: Record<string, unknown>): Promise<unknown> =>
    joinTokens.use(sha256(String(json.joinToken)), 'key');
  expect(await use(first.json)).toBe('unknown');
  expect(await use(again.json)).toEqual({ hostId: first.json.id });
});

test('removing a host revokes its certificates, cuts its connection and forgets its series', async () => {
  await using bench = await openApiBench();
  const certificate = { serial: 'ab', hostId: 'id-of-alpha', publicKey: 'cd', notBefore: 0 };
  await bench.store.certificates.create({ ...certificate, notAfter: Date.now() + 1e9 });
  const answer = await bench.call('DELETE', '/api/v1/hosts/alpha', { token: await bench.token('admin') });
  expect([answer.status, answer.text]).toEqual([204, '']);
  expect((await bench.store.certificates.get('ab'))?.revokedAt).toBeTypeOf('number');
  expect(await bench.store.hosts.get('alpha')).toBeUndefined();
  expect([bench.cut, bench.forgotten]).toEqual([['id-of-alpha'], ['alpha']]);
});

test('a server that does not know its own address asks for it', async () => {
  const join = { agentUrls: () => Promise.resolve([]), caFingerprint: () => Promise.resolve(fingerprint) };
  await using bench = await openApiBench({ join });
  const token = await bench.token('admin');
  const without = await bench.call('POST', '/api/v1/hosts', { token, body: { name: 'web-1' } });
  expect([without.status, without.json.code]).toEqual([409, 'AGENT_URL_UNKNOWN']);
  expect(await bench.store.hosts.get('web-1')).toBeUndefined();
  const body = { name: 'web-1', agentUrl: 'https://a:1' };
  expect((await bench.call('POST', '/api/v1/hosts', { token, body })).status).toBe(201);
});

test.each([
  'http://a:8443',
  'https://a:8443/path',
  'https://a:99999',
  'https://user:pass@a:8443',
  'https://a:8443;reboot',
  'https://$(reboot):8443',
  'https://`reboot`',
  'https://a:8443,',
  'https://a:8443 https://b:8443',
  "https://a'b",
  'https://a&b',
  'https://a\nb',
  '--help',
  '',
])('no address of agents: %j', async (agentUrl) => {
  await using bench = await openApiBench();
  const token = await bench.token('admin');
  const { status, json } = await bench.call('POST', '/api/v1/hosts', { token, body: { name: 'web-1', agentUrl } });
  expect([status, json.code]).toEqual([400, 'REQUEST_INVALID']);
});
