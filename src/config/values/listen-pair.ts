import { isIPv6 } from 'node:net';
import { accept, refuse, type ValueKind } from './value-kind.ts';
import { listenAddress } from './listen-address.ts';
import { port } from './number.ts';
import { textKind } from './text.ts';

const expectation = 'is not an address with a port: use such as 127.0.0.1:9323, 0.0.0.0:9323 or [::]:9323';

/** `address:port` in one text, IPv6 in brackets; empty for none. */
export const listenPair: ValueKind<string> = textKind('address and port', expectation, (given) =>
  given === '' || parseListenPair(given) !== undefined ? accept(given) : refuse(expectation),
);

/** Takes `address:port` apart; undefined when it is no such pair. */
export function parseListenPair(text: string): { address: string; port: number } | undefined {
  const [, host = '', number = ''] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(text) ?? [];
  const address = listenAddress.schema.safeParse(host);
  const tcpPort = port.schema.safeParse(number);
  if (!address.success || !tcpPort.success) return undefined;
  if (host.startsWith('[') && !isIPv6(address.data)) return undefined;
  return { address: address.data, port: tcpPort.data };
}
