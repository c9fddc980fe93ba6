import { expect, test } from 'vitest';
import { canonicalAddress, parseSubjectAltNames } from './client-certificate.ts';

test('reads all kinds of names', () => {
  const text =
    'DNS:web.example.com, IP Address:127.0.0.1, IP Address:2001:DB8:0:0:0:0:0:1, email:a@b.c, URI:spiffe://x/y, DirName:CN = z';
  expect(parseSubjectAltNames(text)).toEqual(['web.example.com', '127.0.0.1', '2001:db8::1', 'a@b.c', 'spiffe://x/y']);
});

test('a name cannot smuggle in another', () => {
  expect(parseSubjectAltNames(String.raw`DNS:"evil, DNS:good", URI:"a\"b, email:x"`)).toEqual([
    'evil, DNS:good',
    'a"b, email:x',
  ]);
  expect(parseSubjectAltNames(String.raw`DNS:"bad\escape"`)).toEqual(['']);
});

test('nothing gives nothing', () => expect(parseSubjectAltNames('')).toEqual([]));

test('addresses are compared in their shortest form', () => {
  expect(['0:0:0:0:0:0:0:1', '10.0.0.1', 'web'].map(canonicalAddress)).toEqual(['::1', '10.0.0.1', 'web']);
});
