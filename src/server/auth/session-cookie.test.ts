import { expect, test } from 'vitest';
import { createSecret } from './secret.ts';
import { readSessionCookie, writeSessionCookie } from './session-cookie.ts';

const secret = createSecret();

test('what is written is read again, and only under the name that belongs to the connection', () => {
  for (const isTls of [true, false]) {
    const pair = writeSessionCookie(secret, isTls).split(';')[0] ?? '';
    expect(readSessionCookie(`a=b; ${pair}; c=d`, isTls)).toBe(secret);
    expect(readSessionCookie(pair, !isTls)).toBeUndefined();
  }
});

test('no script reads it, no other site sends it, and over TLS nothing else gets it', () => {
  const plain = writeSessionCookie(secret, false).split('; ');
  expect(plain).toEqual([`tallyman_session=${secret}`, 'HttpOnly', 'SameSite=Strict', 'Path=/', 'Max-Age=43200']);
  const tls = writeSessionCookie(secret, true).split('; ');
  expect(tls).toEqual([`__Host-tallyman_session=${secret}`, ...plain.slice(1), 'Secure']);
  expect(writeSessionCookie(undefined, false)).toContain('tallyman_session=; ');
  expect(writeSessionCookie(undefined, false)).toContain('Max-Age=0');
});

test.each([
  null,
  '',
  ';;;',
  '=',
  'tallyman_session',
  'tallyman_session=',
  "tallyman_session=' or 1=1",
  'x=tallyman_session',
])('no session in %j', (header) => expect(readSessionCookie(header, false)).toBeUndefined());
