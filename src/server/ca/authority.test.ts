import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { fingerprintOf, hostUrn, serverUrn } from '../../protocol/certificate-names.ts';
import { fingerprintSchema } from '../../protocol/enrollment.ts';
import { loadX509 } from '../../protocol/x509.ts';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import { authoritySetting, openAuthority, type Authority } from './authority.ts';
import { importSigningKey } from './signing-key.ts';

const log = silentLog();
const dayMs = 86_400_000;

async function openTestStore(): Promise<Store> {
  const data = mkdtempSync(join(tmpdir(), 'tallyman-ca-'));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  const store = await openStore({ data, database: '', role: 'server', secret: undefined, log });
  onTestFinished(() => store.close());
  return store;
}

async function open(store: Store): Promise<Authority> {
  return openAuthority({ store, clock: systemClock, log });
}

async function request(keyPem: string, name = 'CN=somebody else'): Promise<string> {
  const x509 = await loadX509();
  const made = await x509.Pkcs10CertificateRequestGenerator.create({
    name,
    keys: await importSigningKey(keyPem),
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    extensions: [
      new x509.BasicConstraintsExtension(true, 5, true),
      new x509.SubjectAlternativeNameExtension([{ type: 'url', value: serverUrn }]),
    ],
  });
  return made.toString('pem');
}

function newKeyPem(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

test('the CA is made once, lives for twenty years, and its key lies in the vault only', async () => {
  const store = await openTestStore();
  const authority = await open(store);
  const certificate = new X509Certificate(authority.certificatePem);
  expect(certificate.ca).toBe(true);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
  const years = (certificate.validToDate.getTime() - Date.now()) / (365.25 * dayMs);
  expect(years).toBeGreaterThan(19.99);
  expect(authority.fingerprint).toBe(fingerprintOf(certificate.raw));
  expect(fingerprintSchema.safeParse(authority.fingerprint).success).toBe(true);
  expect(await store.settings.get(authoritySetting)).toBe(authority.certificatePem);

  const again = await open(store);
  expect(again.certificatePem).toBe(authority.certificatePem);
  let dump = '';
  for await (const line of store.dump()) dump += line;
  const [, key = ''] = ((await store.keys.get('ca')) ?? '').split('\n');
  expect(key.length).toBeGreaterThan(40);
  expect(dump).not.toContain(key);
});

test('of servers that start at once, all end with the same CA', async () => {
  const store = await openTestStore();
  const authorities = await Promise.all(Array.from({ length: 8 }, () => open(store)));
  expect(new Set(authorities.map(({ fingerprint }) => fingerprint)).size).toBe(1);
  const [first, last] = [authorities[0], authorities.at(-1)];
  const issued = await last?.issueServer({});
  const leaf = new X509Certificate(issued?.certPem ?? '');
  expect(leaf.verify(new X509Certificate(first?.certificatePem ?? '').publicKey)).toBe(true);
  expect(await store.settings.get(authoritySetting)).toBe(first?.certificatePem);
});

test('a CA that cannot be read is told as such, and not replaced', async () => {
  const store = await openTestStore();
  await store.keys.putIfAbsent('ca', 'rubbish');
  await expect(open(store)).rejects.toMatchObject({ code: 'CA_UNREADABLE' });
  expect(await store.keys.get('ca')).toBe('rubbish');
});

test("an agent's certificate is for its host and for nothing that the request asked for", async () => {
  const authority = await open(await openTestStore());
  const keyPem = newKeyPem();
  const issued = await authority.issueAgent({ csrPem: await request(keyPem), hostId: 'host-1' });
  const certificate = new X509Certificate(issued.pem);
  expect(certificate.subjectAltName).toBe(`URI:${hostUrn('host-1')}`);
  expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
  expect(certificate.ca).toBe(false);
  expect(certificate.subject).toBe('CN=Tallyman agent');
  expect(certificate.issuer).toBe(new X509Certificate(authority.certificatePem).subject);
  expect(certificate.verify(new X509Certificate(authority.certificatePem).publicKey)).toBe(true);
  expect(certificate.serialNumber.toLowerCase()).toBe(issued.serial);
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
  expect(issued.publicKeyHash).toBe(createHash('sha256').update(spki).digest('hex'));
  expect(issued.notAfter - Date.now()).toBeGreaterThan(89.9 * dayMs);
  expect(issued.notAfter - Date.now()).toBeLessThan(90.1 * dayMs);
  expect(Date.now() - issued.notBefore).toBeGreaterThanOrEqual(300_000);
  expect(Date.now() - issued.notBefore).toBeLessThan(400_000);
});

test("a server's certificate is for servers, with a key of its own each time", async () => {
  const authority = await open(await openTestStore());
  const [first, second] = [await authority.issueServer({ lifetimeMs: 60_000 }), await authority.issueServer({})];
  const certificate = new X509Certificate(first.certPem);
  expect(certificate.subjectAltName).toBe(`URI:${serverUrn}`);
  expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  expect(first.notAfter - Date.now()).toBeLessThanOrEqual(60_000);
  expect(first.certPem.endsWith(authority.certificatePem)).toBe(true);
  expect(second.keyPem).not.toBe(first.keyPem);
  expect(second.serial).not.toBe(first.serial);
});

test('no certificate outlives the CA', async () => {
  const authority = await open(await openTestStore());
  const { notAfter } = await authority.issueServer({ lifetimeMs: 100 * 366 * dayMs });
  expect(notAfter).toBe(new X509Certificate(authority.certificatePem).validToDate.getTime());
});
