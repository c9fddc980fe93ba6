import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { deriveKey, openBytes, sealBytes } from './sealed-bytes.ts';

const key = randomBytes(32);

test('what is sealed opens with the same key for the same purpose', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (plain) => {
      const sealed = sealBytes(key, 'p', plain);
      expect(openBytes(key, 'p', sealed)).toEqual(Buffer.from(plain));
      expect(openBytes(key, 'q', sealed)).toBeUndefined();
      expect(openBytes(randomBytes(32), 'p', sealed)).toBeUndefined();
    }),
  );
});

test('a changed or shortened seal does not open', () => {
  const sealed = sealBytes(key, 'p', Buffer.from('secret'));
  for (let place = 0; place < sealed.length; place += 1) {
    const changed = Buffer.from(sealed);
    changed[place] = (changed[place] ?? 0) ^ 1;
    expect(openBytes(key, 'p', changed)).toBeUndefined();
    expect(openBytes(key, 'p', sealed.subarray(0, place))).toBeUndefined();
  }
});

test('no two seals of the same are alike, and a derived key depends on its salt', async () => {
  expect(sealBytes(key, 'p', Buffer.from('x'))).not.toEqual(sealBytes(key, 'p', Buffer.from('x')));
  const salt = randomBytes(16);
  expect(await deriveKey('s', salt)).toEqual(await deriveKey('s', salt));
  expect(await deriveKey('s', salt)).not.toEqual(await deriveKey('s', randomBytes(16)));
});
