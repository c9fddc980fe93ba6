import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseBasicCredentials } from './basic-credentials.ts';
import { basic } from './test-kit/ask.ts';

test('reads what RFC 7617 writes', () => {
  expect(parseBasicCredentials('Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==')).toEqual({
    username: 'Aladdin',
    password: 'open sesame',
  });
  expect(parseBasicCredentials('bAsIc  dGVzdDoxMjPCow==')).toEqual({ username: 'test', password: '123£' });
  expect(parseBasicCredentials(basic('', 'a:b').authorization)).toEqual({ username: '', password: 'a:b' });
});

test.each([undefined, '', 'Basic', 'Basic ', 'Basic ????', 'Bearer abc', 'Basic bm9jb2xvbg==', 'xBasic YTpi'])(
  'refuses %s',
  (header) => {
    expect(parseBasicCredentials(header)).toBeUndefined();
  },
);

test('any pair comes back', () => {
  const name = fc.string().filter((text) => !text.includes(':'));
  fc.assert(
    fc.property(name, fc.string(), (username, password) => {
      expect(parseBasicCredentials(basic(username, password).authorization)).toEqual({ username, password });
    }),
  );
});
