import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { loadX509 } from '../protocol/x509.ts';
import { createAgentKey, createCertificateRequest } from './certificate-request.ts';

test('a request is what another library takes for one, signed by the key it is for', async () => {
  const { Pkcs10CertificateRequest } = await loadX509();
  // A signature's numbers differ in length from time to time.
  for (let round = 0; round < 20; round += 1) {
    const key = createPrivateKey(createAgentKey());
    const request = new Pkcs10CertificateRequest(createCertificateRequest(key));
    expect(await request.verify()).toBe(true);
    expect(request.subject).toBe('');
    const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' });
    expect(Buffer.from(request.publicKey.rawData).equals(publicKey)).toBe(true);
  }
});

test("an agent's key is on the curve P-256", () => {
  const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(createAgentKey());
  expect([asymmetricKeyType, asymmetricKeyDetails?.namedCurve]).toEqual(['ec', 'prime256v1']);
});

test('a longer key has longer lengths', async () => {
  const { Pkcs10CertificateRequest } = await loadX509();
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-521' });
  const request = new Pkcs10CertificateRequest(createCertificateRequest(privateKey));
  expect(request.publicKey.rawData.byteLength).toBeGreaterThan(128);
});
