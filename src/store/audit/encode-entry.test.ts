import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeEntry, hashEntry, noHash } from './encode-entry.ts';

const entry = { number: 1, at: 2, actor: 'a', action: 'bc', target: '', detail: {}, previousHash: noHash };

test('the encoding, byte for byte: logs that were written are checked by it for ever', () => {
  const text = (value: string): string => Buffer.from(value).toString('hex');
  const expected = [
    '01',
    ...['00000001', text('1'), '00000001', text('2'), '00000001', text('a'), '00000002', text('bc')],
    ...['00000000', '00000002', text('{}'), '00000040', text(noHash)],
  ].join('');
  expect(encodeEntry(entry).toString('hex')).toBe(expected);
  expect(hashEntry(entry)).toBe(createHash('sha256').update(Buffer.from(expected, 'hex')).digest('hex'));
});

test('no two entries are encoded alike, wherever one field ends and the next begins', () => {
  const word = fc.string({ maxLength: 3 });
  const any = fc.record({ number: fc.nat(99), at: fc.nat(99), actor: word, action: word, target: word });
  fc.assert(
    fc.property(any, any, (a, b) => {
      const isSame = JSON.stringify(a) === JSON.stringify(b);
      expect(encodeEntry({ ...entry, ...a }).equals(encodeEntry({ ...entry, ...b }))).toBe(isSame);
    }),
  );
});
