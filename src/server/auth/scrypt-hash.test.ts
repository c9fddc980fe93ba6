import { scryptSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { hasCost, hashWithScrypt, isScryptHashOf, usualCost } from './scrypt-hash.ts';

const cheap = { n: 16, r: 1, p: 1 };

test('a hash says how it was made, and is of its password only', async () => {
  const stored = await hashWithScrypt('correct horse', cheap);
  const [scheme, n, r, p, salt = '', hash = ''] = stored.split('$');
  expect([scheme, n, r, p]).toEqual(['scrypt', '16', '1', '1']);
  const known = scryptSync('correct horse', Buffer.from(salt, 'base64url'), 32, { N: 16, r: 1, p: 1 });
  expect(hash).toBe(known.toString('base64url'));
  expect(await isScryptHashOf(stored, 'correct horse')).toBe(true);
  expect(await isScryptHashOf(stored, 'correct horsf')).toBe(false);
  expect(await hashWithScrypt('correct horse', cheap)).not.toBe(stored);
});

test('the usual cost is at least 32 MiB', async () => {
  expect(128 * usualCost.n * usualCost.r).toBeGreaterThanOrEqual(32 * 1024 * 1024);
  const stored = await hashWithScrypt('x', usualCost);
  expect(await isScryptHashOf(stored, 'x')).toBe(true);
  expect([hasCost(stored, usualCost), hasCost(stored, cheap)]).toEqual([true, false]);
});

test('the same password in another form of Unicode is the same', async () => {
  const stored = await hashWithScrypt('caf\u00e9', cheap);
  expect(await isScryptHashOf(stored, 'cafe\u0301')).toBe(true);
});

test.each([
  '',
  'scrypt',
  'scrypt$16$1$1$c2FsdA$short',
  `scrypt$15$1$1$c2FsdA$${'A'.repeat(43)}`,
  `scrypt$1$1$1$c2FsdA$${'A'.repeat(43)}`,
  `scrypt$16$0$1$c2FsdA$${'A'.repeat(43)}`,
  `scrypt$16$1$17$c2FsdA$${'A'.repeat(43)}`,
  `scrypt$67108864$8$1$c2FsdA$${'A'.repeat(43)}`,
  `bcrypt$16$1$1$c2FsdA$${'A'.repeat(43)}`,
])('what is no hash, or costs too much, fits no password: %s', async (stored) => {
  expect(await isScryptHashOf(stored, 'x')).toBe(false);
});
