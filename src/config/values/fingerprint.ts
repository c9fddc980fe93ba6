import { accept, refuse } from './value-kind.ts';
import { textKind } from './text.ts';

/** `sha256:` and 64 hexadecimal digits, in upper or lower case, with colons between the bytes or without; empty for none. */
export const fingerprint = textKind('certificate fingerprint', 'is not a fingerprint', (given) => {
  if (given === '') return accept('');
  const [, digits = ''] = /^sha256:([0-9a-f:]+)$/.exec(given.toLowerCase()) ?? [];
  const plain = digits.replaceAll(':', '');
  if (plain.length !== 64) return refuse('is not a fingerprint: use sha256: and 64 hexadecimal digits');
  return accept(`sha256:${plain}`);
});
