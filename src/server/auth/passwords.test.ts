import { expect, test } from 'vitest';
import { ApiProblem } from '../api/problem.ts';
import { createPasswords } from './passwords.ts';

const cheap = { n: 16, r: 1, p: 1 };

test('a user who is not there has no password, not even the one that fits the stand-in', async () => {
  const passwords = createPasswords(cheap);
  expect(await passwords.verify(undefined, 'x')).toBe(false);
  expect(await passwords.verify(await passwords.hash('x'), 'x')).toBe(true);
});

test('a hash of other parameters is outdated', async () => {
  const stored = await createPasswords(cheap).hash('x');
  expect(createPasswords(cheap).isOutdated(stored)).toBe(false);
  expect(createPasswords({ n: 32, r: 1, p: 1 }).isOutdated(stored)).toBe(true);
});

test('past a bound, whoever comes is told to come again; the others are served', async () => {
  const passwords = createPasswords({ n: 1024, r: 8, p: 1 });
  const results = await Promise.allSettled(Array.from({ length: 60 }, () => passwords.hash('x')));
  const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  expect(refused).toHaveLength(60 - 34);
  for (const problem of refused) {
    expect(problem).toBeInstanceOf(ApiProblem);
    expect(problem).toMatchObject({ status: 503, code: 'LOGIN_BUSY', headers: { 'Retry-After': '2' } });
  }
  expect(await passwords.hash('x')).toMatch(/^scrypt\$1024\$8\$1\$/);
});
