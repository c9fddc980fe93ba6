import { hashSync } from 'bcryptjs';
import { expect, test } from 'vitest';
import { createBcryptUsers } from './bcrypt-users.ts';

const users = new Map([
  ['alice', hashSync('correct', 4)],
  ['bob', hashSync('battery', 4).replace('$2b$', '$2y$')],
]);

/** Counts compares and lets the test end them. */
function heldCompare() {
  const held: { hash: string; end: (equal: boolean) => void }[] = [];
  const compare = (_: string, hash: string): Promise<boolean> => new Promise((end) => held.push({ hash, end }));
  return { held, compare };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('lets in who has the password', async () => {
  const { check } = createBcryptUsers();
  expect(await check(users, { username: 'alice', password: 'correct' })).toBe('allowed');
  expect(await check(users, { username: 'bob', password: 'battery' })).toBe('allowed');
  expect(await check(users, { username: 'alice', password: 'battery' })).toBe('denied');
  expect(await check(users, { username: 'carol', password: 'correct' })).toBe('denied');
});

test('compares each pair once, also when it comes twice at the same time', async () => {
  const { held, compare } = heldCompare();
  const { check } = createBcryptUsers(compare);
  const both = [check(users, { username: 'alice', password: 'x' }), check(users, { username: 'alice', password: 'x' })];
  await settled();
  held[0]?.end(true);
  expect(await Promise.all(both)).toEqual(['allowed', 'allowed']);
  expect(await check(users, { username: 'alice', password: 'x' })).toBe('allowed');
  expect(held).toHaveLength(1);
});

test('a changed hash is compared again', async () => {
  const { check } = createBcryptUsers();
  expect(await check(users, { username: 'alice', password: 'correct' })).toBe('allowed');
  const changed = new Map([['alice', hashSync('other', 4)]]);
  expect(await check(changed, { username: 'alice', password: 'correct' })).toBe('denied');
  expect(await check(changed, { username: 'alice', password: 'other' })).toBe('allowed');
});

test('an unknown user costs a compare as dear as a known one, and is never let in', async () => {
  const { held, compare } = heldCompare();
  const { check } = createBcryptUsers(compare);
  const verdict = check(users, { username: 'mallory', password: 'x' });
  await settled();
  expect(held[0]?.hash).toMatch(/^\$2[by]\$04\$.{53}$/);
  held[0]?.end(true);
  expect(await verdict).toBe('denied');
});

test('runs one compare at a time, a few wait, the rest is told to come again', async () => {
  const { held, compare } = heldCompare();
  const { check } = createBcryptUsers(compare);
  const verdicts = Array.from({ length: 40 }, (_, index) =>
    check(users, { username: 'alice', password: String(index) }),
  );
  await settled();
  expect(held).toHaveLength(1);
  for (let index = 0; index < 17; index += 1) {
    held[index]?.end(false);
    await settled();
  }
  const given = await Promise.all(verdicts);
  expect(given.filter((verdict) => verdict === 'denied')).toHaveLength(17);
  expect(given.filter((verdict) => verdict === 'busy')).toHaveLength(23);
});

test('guesses do not push out who is known', async () => {
  let compares = 0;
  const { check } = createBcryptUsers((password) => Promise.resolve((compares += 1) > 0 && password === 'right'));
  await check(users, { username: 'alice', password: 'right' });
  for (let index = 0; index < 2000; index += 1) await check(users, { username: 'alice', password: `wrong${index}` });
  const before = compares;
  expect(await check(users, { username: 'alice', password: 'right' })).toBe('allowed');
  expect(compares).toBe(before);
  // The oldest guess is forgotten, the newest is not.
  await check(users, { username: 'alice', password: 'wrong1999' });
  expect(compares).toBe(before);
  await check(users, { username: 'alice', password: 'wrong0' });
  expect(compares).toBe(before + 1);
});

test('a compare that fails is an error of that one only', async () => {
  let calls = 0;
  const { check } = createBcryptUsers(() =>
    (calls += 1) === 1 ? Promise.reject(new Error('no bcrypt')) : Promise.resolve(true),
  );
  await expect(check(users, { username: 'alice', password: 'x' })).rejects.toThrow('no bcrypt');
  expect(await check(users, { username: 'alice', password: 'x' })).toBe('allowed');
});
