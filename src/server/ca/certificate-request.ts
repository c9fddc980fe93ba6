import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { errorText, TallymanError } from '../../base/errors.ts';
import { loadX509 } from '../../protocol/x509.ts';

/** What is taken from a certificate request: the public key, and nothing else that it says. */
export interface CertificateRequest {
  /** SPKI, DER. */
  publicKey: Buffer;
  /** SHA-256 of it, hexadecimal. */
  publicKeyHash: string;
}

const curves = new Set(['prime256v1', 'secp384r1']);
const hashes = new Set(['SHA-256', 'SHA-384', 'SHA-512']);
/** Larger keys cost a server more than they protect. */
const rsaBits = { least: 2048, most: 8192 };
const pem = /^\s*-----BEGIN CERTIFICATE REQUEST-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE REQUEST-----\s*$/;

/**
 * Reads a request (PEM) and checks that whoever made it has the key it is for.
 * Throws CA_REQUEST_INVALID.
 */
export async function readCertificateRequest(csrPem: string): Promise<CertificateRequest> {
  if (!pem.test(csrPem)) throw invalid('it is not one certificate request in PEM');
  const { Pkcs10CertificateRequest } = await loadX509();
  try {
    const request = new Pkcs10CertificateRequest(csrPem);
    const publicKey = Buffer.from(request.publicKey.rawData);
    checkKey(createPublicKey({ key: publicKey, format: 'der', type: 'spki' }));
    if (!hashes.has(request.signatureAlgorithm.hash?.name ?? '')) throw invalid('it is signed with a weak hash');
    if (!(await request.verify())) throw invalid('its signature does not belong to its key');
    return { publicKey, publicKeyHash: createHash('sha256').update(publicKey).digest('hex') };
  } catch (cause) {
    throw cause instanceof TallymanError ? cause : invalid(errorText(cause), cause);
  }
}

function checkKey({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): void {
  if (asymmetricKeyType === 'ec' && curves.has(asymmetricKeyDetails?.namedCurve ?? '')) return;
  const bits = asymmetricKeyDetails?.modulusLength ?? 0;
  if (asymmetricKeyType === 'rsa' && bits >= rsaBits.least && bits <= rsaBits.most) return;
  throw invalid('its key is none of P-256, P-384 and RSA of 2048 to 8192 bits');
}

function invalid(why: string, cause?: unknown): TallymanError {
  return new TallymanError('CA_REQUEST_INVALID', `the certificate request cannot be used: ${why}`, { cause });
}
