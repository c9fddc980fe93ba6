import { createPublicKey, generateKeyPairSync, webcrypto } from 'node:crypto';
import { fingerprintOf, hostUrn, serverUrn } from '../../protocol/certificate-names.ts';
import { loadX509 } from '../../protocol/x509.ts';

/** A CA of a test's own. */
export interface TestAuthority {
  /** PEM */
  certificate: string;
  fingerprint: string;
  /** A certificate (PEM) for a public key, with whatever the test wants to be wrong. */
  issue(options: IssueOptions): Promise<string>;
  /** A server's key and chain, PEM. */
  server(wrong?: Partial<IssueOptions>): Promise<{ key: string; cert: string }>;
  /** An agent's certificate for a request. */
  agent(csr: string, lifetime?: Partial<Pick<IssueOptions, 'notBefore' | 'notAfter'>>): Promise<string>;
}

export interface IssueOptions {
  publicKey: Uint8Array;
  uri: string;
  purpose: 'serverAuth' | 'clientAuth';
  notBefore: Date;
  notAfter: Date;
}

const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
const dayMs = 86_400_000;

export async function createTestAuthority(name = 'Test CA'): Promise<TestAuthority> {
  const x509 = await loadX509();
  const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const inForce = () => ({ notBefore: new Date(Date.now() - dayMs), notAfter: new Date(Date.now() + dayMs) });
  const own = await x509.X509CertificateGenerator.createSelfSigned({
    ...inForce(),
    serialNumber: serial(),
    name: [{ CN: [name] }],
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  });

  const issue = async ({ publicKey, uri, purpose, notBefore, notAfter }: IssueOptions): Promise<string> => {
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serial(),
      subject: [{ CN: ['test'] }],
      issuer: own.subjectName,
      notBefore,
      notAfter,
      publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage[purpose]]),
        new x509.SubjectAlternativeNameExtension([{ type: 'url', value: uri }]),
      ],
    });
    return `${certificate.toString('pem').trim()}\n`;
  };

  const certificate = `${own.toString('pem').trim()}\n`;
  return {
    certificate,
    fingerprint: fingerprintOf(new Uint8Array(own.rawData)),
    issue,
    async server(wrong = {}) {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
      const leaf = await issue({ ...inForce(), publicKey, uri: serverUrn, purpose: 'serverAuth', ...wrong });
      return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), cert: leaf + certificate };
    },
    async agent(csr, lifetime = {}) {
      const request = new x509.Pkcs10CertificateRequest(csr);
      if (!(await request.verify())) throw new Error('the request is not signed by its key');
      const publicKey = new Uint8Array(request.publicKey.rawData);
      return issue({ ...inForce(), publicKey, uri: hostUrn('host-1'), purpose: 'clientAuth', ...lifetime });
    },
  };
}

let serials = 0;

function serial(): string {
  serials += 1;
  return (0x4000 + serials).toString(16);
}
