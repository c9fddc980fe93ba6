import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './run-command.ts';

/** Paths of PEM files. */
export interface KeyPair {
  cert: string;
  key: string;
}

export interface Certificates {
  /** The authority's certificate. */
  ca: string;
  caText: string;
  /** For 127.0.0.1 and localhost. */
  server: KeyPair;
  client: KeyPair;
  /** A client's, signed by an authority that nobody knows. */
  stranger: KeyPair;
}

/**
 * Makes an authority, a server's and a client's certificate below `folder`, valid for a day.
 * The client's files are ca.pem, cert.pem and key.pem, the names that DOCKER_CERT_PATH wants.
 */
export async function createCertificates(folder: string): Promise<Certificates> {
  const file = (name: string): string => join(folder, name);
  const authority = { cert: file('ca.pem'), key: file('ca-key.pem') };
  await selfSign(authority, 'Test authority');
  const server = { cert: file('server.pem'), key: file('server-key.pem') };
  await sign(server, authority, 'localhost', 'subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth');
  const client = { cert: file('cert.pem'), key: file('key.pem') };
  await sign(client, authority, 'client', 'extendedKeyUsage=clientAuth');
  const stranger = { cert: file('stranger.pem'), key: file('stranger-key.pem') };
  await selfSign(stranger, 'Stranger');
  return { ca: authority.cert, caText: readFileSync(authority.cert, 'utf8'), server, client, stranger };
}

const newKey = ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'] as const;

async function selfSign({ cert, key }: KeyPair, name: string): Promise<void> {
  await runCommand('openssl', [...newKey, '-x509', '-days', '1', '-subj', `/CN=${name}`, '-keyout', key, '-out', cert]);
}

async function sign({ cert, key }: KeyPair, authority: KeyPair, name: string, extensions: string): Promise<void> {
  const [request, extensionFile] = [`${cert}.csr`, `${cert}.ext`];
  writeFileSync(extensionFile, `${extensions}\n`);
  await runCommand('openssl', [...newKey, '-subj', `/CN=${name}`, '-keyout', key, '-out', request]);
  await runCommand('openssl', [
    ...['x509', '-req', '-days', '1', '-in', request, '-out', cert, '-extfile', extensionFile],
    ...['-CA', authority.cert, '-CAkey', authority.key, '-CAcreateserial'],
  ]);
}
