import { isIPv6, SocketAddress } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { TlsSettings } from './tls-settings.ts';

/**
 * Judges a connection after its handshake, which took any certificate or none: undefined when the client may go on,
 * else the reason why not.
 */
export function refuseClient(socket: TLSSocket, settings: TlsSettings): string | undefined {
  const certificate = socket.getPeerX509Certificate();
  const { clientAuthType, clientAllowedSans } = settings;
  if (certificate === undefined) {
    return clientAuthType.startsWith('Require') ? 'the client sent no certificate' : undefined;
  }
  if (clientAuthType.includes('Verify') && !socket.authorized) {
    return `the client's certificate is not valid: ${String(socket.authorizationError)}`;
  }
  if (clientAllowedSans === undefined) return undefined;
  const names = parseSubjectAltNames(certificate.subjectAltName ?? '');
  return names.some((name) => clientAllowedSans.has(name))
    ? undefined
    : "client_allowed_sans has no name of the client's certificate";
}

/**
 * The DNS names, IP addresses, mail addresses and URIs in Node's text form of a subjectAltName extension
 * (https://nodejs.org/api/crypto.html#x509subjectaltname); IP addresses as Go writes them.
 */
export function parseSubjectAltNames(text: string): string[] {
  const names: string[] = [];
  // A value with a comma, a quote or a control character in it is written as a JSON string.
  for (const [, type, value = ''] of text.matchAll(/(?:^|, )([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,]*)/g)) {
    const name = value.startsWith('"') ? unquote(value) : value;
    if (type === 'IP Address') names.push(canonicalAddress(name));
    else if (type === 'DNS' || type === 'email' || type === 'URI') names.push(name);
  }
  return names;
}

/** An IP address in its shortest form, as Go's net.IP writes it; any other text as it is. */
export function canonicalAddress(text: string): string {
  return isIPv6(text) ? new SocketAddress({ address: text, family: 'ipv6' }).address : text;
}

function unquote(json: string): string {
  try {
    return String(JSON.parse(json));
  } catch {
    return '';
  }
}
