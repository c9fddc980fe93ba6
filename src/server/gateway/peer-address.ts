import { isIPv4, isIPv6, type Socket } from 'node:net';

/** The peer's address; an IPv4 address on an IPv6 socket as IPv4. Empty when the peer is gone. */
export function peerAddress(socket: Socket): string {
  const address = socket.remoteAddress ?? '';
  const mapped = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
  return isIPv4(mapped) ? mapped : address;
}

/** What is limited as one: an IPv4 address, or the network (/64) that one IPv6 customer has to himself. */
export function addressGroup(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail = ''] = address.replace(/%.*$/, '').split('::');
  const groups = head.split(':').filter((group) => group !== '');
  const rest = tail.split(':').filter((group) => group !== '');
  const zeros = address.includes('::')
    ? Array.from({ length: Math.max(0, 8 - groups.length - rest.length) }, () => '0')
    : [];
  return [...groups, ...zeros, ...rest].slice(0, 4).join(':');
}
