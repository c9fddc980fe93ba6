import { isIP } from 'node:net';
import { accept, refuse, type ValueKind } from './value-kind.ts';
import { textKind } from './text.ts';

const expectation =
  'is not an address to listen on: use an IP address such as 0.0.0.0, 127.0.0.1 or ::, or a host name';

/** An IP address (IPv6 with or without brackets, kept without) or a host name. */
export const listenAddress: ValueKind<string> = textKind('IP address or host name', expectation, (given) => {
  const address = given.replace(/^\[(.*)\]$/, '$1');
  if (isIP(address) !== 0) return accept(address);
  return isHostName(given) ? accept(given) : refuse(expectation);
});

/** Whether a text can be a host's name; four numbers with dots are an address or nothing. */
export function isHostName(text: string): boolean {
  const labels = text.replace(/\.$/, '').split('.');
  const valid = labels.every((label) => /^[a-zA-Z0-9_](?:[a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?$/.test(label));
  return valid && text.length <= 253 && !/^\d+$/.test(labels.at(-1) ?? '');
}
