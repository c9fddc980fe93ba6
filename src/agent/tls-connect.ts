import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';

/**
 * Begins a TLS connection to `https://host:port`. OpenSSL checks nothing: whoever calls looks at the certificates (see
 * server-trust.ts) before anything that matters is said.
 */
export function connectTls(server: string, own: { key?: string; cert?: string }): TLSSocket {
  const { hostname, port } = new URL(server);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return connect({
    ...own,
    host,
    port: port === '' ? 443 : Number(port),
    ...(isIP(host) === 0 ? { servername: host } : {}),
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['http/1.1'],
  });
}
