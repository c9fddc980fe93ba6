import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  fingerprintOf,
  hostUrn,
  plainSerial,
  readAgent,
  refuseServer,
  serverUrn,
} from '../../protocol/certificate-names.ts';
import { issueCertificate, signAuthority, type Issuer, type Purpose } from './issue.ts';
import { importSigningKey, newKey } from './signing-key.ts';

/** How both sides judge each other's certificates (protocol/certificate-names.ts), on certificates of every wrong kind. */

const hour = 3_600_000;

async function newIssuer(): Promise<Issuer & { der: Buffer }> {
  const { keyPem } = newKey();
  const certificate = await signAuthority(keyPem, Date.now());
  const { privateKey } = await importSigningKey(keyPem);
  return { certificate, key: privateKey, der: Buffer.from(certificate.rawData) };
}

const [ours, theirs] = [await newIssuer(), await newIssuer()];
const pinned = fingerprintOf(ours.der);
const { publicKey } = newKey();

async function leaf(issuer: Issuer, purpose: Purpose, uri: string, { now = Date.now(), lifetimeMs = hour } = {}) {
  const options = { publicKey, commonName: 'x', uri, purpose, now, lifetimeMs };
  return Buffer.from((await issueCertificate(issuer, options)).rawData);
}

test('a server of the fleet is taken', async () => {
  const good = await leaf(ours, 'serverAuth', serverUrn);
  expect(refuseServer({ leaf: good, issuer: ours.der }, pinned, Date.now())).toBeUndefined();
});

test('every other server is refused', async () => {
  const good = await leaf(ours, 'serverAuth', serverUrn);
  const foreign = await leaf(theirs, 'serverAuth', serverUrn);
  const forged = await leaf({ ...ours, key: theirs.key }, 'serverAuth', serverUrn);
  const agent = await leaf(ours, 'clientAuth', serverUrn);
  const named = await leaf(ours, 'serverAuth', hostUrn('1'));
  const old = await leaf(ours, 'serverAuth', serverUrn, { now: Date.now() - 2 * hour });
  const next = await leaf(ours, 'serverAuth', serverUrn, { now: Date.now() + hour });
  const refuse = (presented: Buffer, issuer: Buffer | undefined): string | undefined =>
    refuseServer({ leaf: presented, issuer }, pinned, Date.now());
  expect(refuse(good, undefined)).toContain('no certificate of a CA');
  expect(refuse(foreign, theirs.der)).toContain('fingerprint');
  expect(refuse(foreign, ours.der)).toContain('not signed');
  expect(refuse(forged, ours.der)).toContain('not signed');
  expect(refuse(agent, ours.der)).toContain('another purpose');
  expect(refuse(named, ours.der)).toContain('not a Tallyman server');
  expect(refuse(old, ours.der)).toContain('expired');
  expect(refuse(next, ours.der)).toContain('not valid yet');
  expect(refuse(ours.der, ours.der)).toContain("a CA's");
  expect(refuse(Buffer.from('x'), ours.der)).toContain('cannot be read');
  // A leaf that signs for itself under the pinned one's name.
  expect(refuseServer({ leaf: good, issuer: good }, fingerprintOf(good), Date.now())).toContain('not signed');
});

test('an agent of the fleet is known by its host', async () => {
  const good = await leaf(ours, 'clientAuth', hostUrn('7b1c'));
  const read = readAgent(good, ours.der, Date.now());
  const { serialNumber, validToDate } = new X509Certificate(good);
  expect(read).toEqual({ hostId: '7b1c', serial: serialNumber.toLowerCase(), notAfter: validToDate.getTime() });
});

test('everybody else is no agent', async () => {
  const refused = async (presented: Promise<Buffer>, now = Date.now()): Promise<unknown> => {
    const read = readAgent(await presented, ours.der, now);
    return 'refused' in read ? read.refused : read;
  };
  expect(await refused(leaf(theirs, 'clientAuth', hostUrn('1')))).toBe('foreign');
  expect(await refused(leaf({ ...ours, key: theirs.key }, 'clientAuth', hostUrn('1')))).toBe('foreign');
  expect(await refused(leaf(ours, 'serverAuth', hostUrn('1')))).toBe('purpose');
  expect(await refused(leaf(ours, 'clientAuth', serverUrn))).toBe('purpose');
  expect(await refused(leaf(ours, 'clientAuth', hostUrn('1, URI:urn:tallyman:host:2')))).toBe('purpose');
  expect(await refused(leaf(ours, 'clientAuth', hostUrn('')))).toBe('purpose');
  expect(await refused(leaf(ours, 'clientAuth', hostUrn('1')), Date.now() + 2 * hour)).toBe('expired');
  expect(await refused(leaf(ours, 'clientAuth', hostUrn('1')), Date.now() - hour)).toBe('not_yet_valid');
  expect(await refused(Promise.resolve(Buffer.from('x')))).toBe('unreadable');
});

test('a serial number has one spelling', () => {
  expect(plainSerial('00AB')).toBe('ab');
  expect(plainSerial('0')).toBe('0');
});
