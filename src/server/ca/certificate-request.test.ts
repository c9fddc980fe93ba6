import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { readCertificateRequest } from './certificate-request.ts';

const folder = mkdtempSync(join(tmpdir(), 'tallyman-csr-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A request as another program makes it. */
function request(key: KeyObject, ...options: string[]): string {
  writeFileSync(join(folder, 'key.pem'), key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  execFileSync('openssl', ['req', '-new', '-key', 'key.pem', '-subj', '/CN=x', '-out', 'csr.pem', ...options], {
    cwd: folder,
    stdio: 'pipe',
  });
  return readFileSync(join(folder, 'csr.pem'), 'utf8');
}

const refused = { code: 'CA_REQUEST_INVALID' };
const p256 = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;

test.each([
  ['P-256', p256],
  ['P-384', generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).privateKey],
  ['RSA 2048', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
])('a key of %s is taken', async (_, key) => {
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const read = await readCertificateRequest(request(key));
  expect(read.publicKey.equals(spki)).toBe(true);
  expect(read.publicKeyHash).toBe(createHash('sha256').update(spki).digest('hex'));
});

test.each([
  ['P-521', generateKeyPairSync('ec', { namedCurve: 'secp521r1' }).privateKey],
  ['secp256k1', generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey],
  ['RSA 1024', generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey],
  ['Ed25519', generateKeyPairSync('ed25519').privateKey],
])('a key of %s is refused', async (_, key) => {
  await expect(readCertificateRequest(request(key))).rejects.toMatchObject(refused);
});

test('a weak hash is refused', async () => {
  await expect(readCertificateRequest(request(p256, '-sha1'))).rejects.toMatchObject(refused);
});

test('a request that was signed with another key is refused', async () => {
  const other = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;
  const [mine, theirs] = [derOf(request(p256)), derOf(request(other))];
  const spki = createPublicKey(p256).export({ type: 'spki', format: 'der' });
  const stolen = createPublicKey(other).export({ type: 'spki', format: 'der' });
  const at = mine.indexOf(spki);
  expect(at).toBeGreaterThan(0);
  expect(theirs.includes(stolen)).toBe(true);
  const forged = Buffer.concat([mine.subarray(0, at), stolen, mine.subarray(at + spki.length)]);
  await expect(readCertificateRequest(pemOf(forged))).rejects.toMatchObject(refused);
});

test('what is no request is refused, whatever it is', async () => {
  const der = derOf(request(p256));
  for (const text of ['', 'x', pemOf(Buffer.alloc(0)), pemOf(Buffer.from('hello')), pemOf(der) + pemOf(der)]) {
    await expect(readCertificateRequest(text)).rejects.toMatchObject(refused);
  }
  await expect(readCertificateRequest(der.toString('base64'))).rejects.toMatchObject(refused);
  const nested = Buffer.alloc(8000, 0x30);
  await expect(readCertificateRequest(pemOf(nested))).rejects.toMatchObject(refused);
  const mutation = fc.tuple(fc.nat({ max: der.length - 1 }), fc.integer({ min: 1, max: 255 }));
  const property = fc.asyncProperty(mutation, async ([at, change]) => {
    const broken = Buffer.from(der);
    broken[at] = (broken[at] ?? 0) ^ change;
    // How lengths are written is not signed; a request that is read nevertheless is for the same key.
    const read = await readCertificateRequest(pemOf(broken)).catch((error: unknown) => error);
    if (read instanceof Error) expect(read).toMatchObject(refused);
    else expect(read).toEqual(await readCertificateRequest(pemOf(der)));
  });
  await fc.assert(property, { numRuns: 300 });
});

function derOf(pem: string): Buffer {
  return Buffer.from(pem.replaceAll(/-----[A-Z ]+-----|\s/g, ''), 'base64');
}

function pemOf(der: Buffer): string {
  const lines = der.toString('base64').replaceAll(/.{64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE REQUEST-----\n${lines}\n-----END CERTIFICATE REQUEST-----\n`;
}
