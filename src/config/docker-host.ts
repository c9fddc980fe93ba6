import { isIPv4, isIPv6 } from 'node:net';
import { TallymanError } from '../base/errors.ts';
import { isHostName } from './values/listen-address.ts';

export type DockerAddress =
  | { kind: 'unix'; socketPath: string }
  | { kind: 'tcp'; host: string; port: number; tls: boolean };

export const defaultSocketPath = '/var/run/docker.sock';
const plainPort = 2375;
const tlsPort = 2376;
/** sockaddr_un has 108 bytes, the last of them a zero (unix(7)). */
const longestSocketPath = 107;

const usage = 'use unix:///var/run/docker.sock, tcp://host:2375 or tcp://host:2376 with TLS';

/**
 * Reads an engine's address as Docker writes it: `unix:///path`, `tcp://host[:port]`, `host:port`, `http://`, `https://`.
 * IPv6 addresses stand in brackets and are returned without. Ports default to 2375, with TLS to 2376; `https://` means TLS.
 * @throws TallymanError CONFIG_DOCKER_HOST; its message continues "<address> ...".
 */
export function parseDockerHost(text: string, tlsEnabled: boolean): DockerAddress {
  const [, scheme = 'tcp', rest = ''] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(.*)$/is.exec(text) ?? [];
  switch (scheme.toLowerCase()) {
    case 'unix':
      return { kind: 'unix', socketPath: parseSocketPath(rest) };
    case 'tcp':
      return parseTcp(rest, tlsEnabled, text.includes('://'));
    case 'https':
      return parseTcp(rest, true, true);
    case 'http':
      if (tlsEnabled)
        throw hostError('is a connection without TLS while docker.tls.enabled is true: use tcp:// or https://');
      return parseTcp(rest, false, true);
    default:
      throw hostError(`is an address of an unsupported kind (${scheme.toLowerCase()}://): ${usage}`);
  }
}

/** Whether the address itself asks for TLS. */
export function isHttpsHost(text: string): boolean {
  return /^https:\/\//i.test(text);
}

function parseSocketPath(path: string): string {
  if (path === '') return defaultSocketPath;
  if (!path.startsWith('/')) throw hostError('has no absolute path: write three slashes, unix:///var/run/docker.sock');
  if (/\p{Cc}/u.test(path)) throw hostError(`is not an engine's address: ${usage}`);
  const bytes = Buffer.byteLength(path);
  if (bytes > longestSocketPath) {
    throw hostError(
      `has a path of ${String(bytes)} bytes: a Unix socket's path has at most ${String(longestSocketPath)}`,
    );
  }
  return path;
}

function parseTcp(rest: string, tls: boolean, hasScheme: boolean): DockerAddress {
  if (!hasScheme && rest.startsWith('/'))
    throw hostError(`is a path: write unix://${rest.slice(0, longestSocketPath)}`);
  if (isIPv6(rest)) throw hostError(`is an IPv6 address without brackets: write tcp://[${rest}]:2375`);
  const [, bracketed, plain, portText] = /^(?:\[([^\]]*)\]|([^:/[\]@]*))(?::(\d+))?\/?$/.exec(rest) ?? [];
  const host = bracketed ?? plain ?? '';
  const known = bracketed === undefined ? isIPv4(host) || isHostName(host) : isIPv6(host);
  if (!known) throw hostError(`is not an engine's address: ${usage}`);
  if (!hasScheme && bracketed === undefined && portText === undefined) {
    throw hostError(`has neither scheme nor port: write tcp://${host}:2375`);
  }
  const port = portText === undefined ? (tls ? tlsPort : plainPort) : Number(portText);
  if (port < 1 || port > 65535) throw hostError('has an impossible port: use one from 1 to 65535');
  return { kind: 'tcp', host, port, tls };
}

function hostError(message: string): TallymanError {
  return new TallymanError('CONFIG_DOCKER_HOST', message);
}
