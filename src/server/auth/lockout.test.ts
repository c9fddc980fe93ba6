import { beforeEach, expect, test } from 'vitest';
import type { LoginGuardRow, LoginGuards } from '../../store/store.ts';
import type { ApiProblem } from '../api/problem.ts';
import { createLockout, network, waitMs, type Lockout } from './lockout.ts';

let now = 0;
let rows: Map<string, LoginGuardRow>;
let lockout: Lockout;

function guardsInMemory(): LoginGuards {
  const get = (key: string): LoginGuardRow => rows.get(key) ?? { failures: 0, lockedUntil: 0 };
  return {
    get: (key) => Promise.resolve(get(key)),
    fail(key, lockMs) {
      const failures = get(key).failures + 1;
      const ms = lockMs(failures);
      const row = { failures, lockedUntil: ms === 0 ? 0 : now + ms };
      rows.set(key, row);
      return Promise.resolve(row);
    },
    clear: (key) => Promise.resolve(void rows.delete(key)),
    removeOlderThan: () => Promise.resolve(0),
  };
}

beforeEach(() => {
  now = 1_000_000;
  rows = new Map();
  lockout = createLockout(guardsInMemory());
});

/** One try: `wrong`, `right`, or the seconds that it has to wait. */
async function attempt(user: string, address: string, isRight = false): Promise<string | number> {
  try {
    await lockout.enter(user, address, now);
  } catch (error) {
    return Number((error as ApiProblem).headers['Retry-After']);
  }
  await (isRight ? lockout.succeed(user, address) : lockout.fail(user, address));
  return isRight ? 'right' : 'wrong';
}

test('after five wrong ones it waits 1 s, then twice as long each time, up to a quarter of an hour', async () => {
  for (let n = 0; n < 5; n += 1) expect(await attempt('ann', '10.0.0.1')).toBe('wrong');
  const waits: (string | number)[] = [];
  for (let n = 0; n < 12; n += 1) {
    const wait = await attempt('ann', '10.0.0.1');
    waits.push(wait);
    now += Number(wait) * 1000;
    expect(await attempt('ann', '10.0.0.1')).toBe('wrong');
  }
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
});

test('trying while it waits makes it no longer, and the right password ends it', async () => {
  for (let n = 0; n < 5; n += 1) await attempt('ann', '10.0.0.1');
  for (let n = 0; n < 50; n += 1) expect(await attempt('ann', '10.0.0.1', true)).toBe(1);
  now += 1000;
  expect(await attempt('ann', '10.0.0.1', true)).toBe('right');
  for (let n = 0; n < 5; n += 1) expect(await attempt('ann', '10.0.0.1')).toBe('wrong');
});

test('whatever happens at other addresses, the user gets in at his own', async () => {
  for (let host = 0; host < 100; host += 1)
    for (let n = 0; n < 6; n += 1) await attempt('ann', `10.0.1.${String(host)}`);
  expect(await attempt('ann', '10.0.0.1', true)).toBe('right');
});

test('a user who is guessed at from many addresses has one free try at each', async () => {
  for (let host = 0; host < 10; host += 1)
    for (let n = 0; n < 5; n += 1) expect(await attempt('ann', `10.0.1.${String(host)}`)).toBe('wrong');
  expect(await attempt('ann', '10.0.2.1')).toBe('wrong');
  expect(await attempt('ann', '10.0.2.1')).toBe(1);
  expect(await attempt('bob', '10.0.2.1')).toBe('wrong');
});

test('an address that tries many users waits after twenty', async () => {
  for (let n = 0; n < 20; n += 1) expect(await attempt(`user${String(n)}`, '10.0.0.1')).toBe('wrong');
  expect(await attempt('another', '10.0.0.1')).toBe(1);
  expect(await attempt('another', '10.0.0.2', true)).toBe('right');
});

test('tries at the same time count too', async () => {
  const outcomes = await Promise.all(Array.from({ length: 40 }, () => attempt('ann', '10.0.0.1')));
  expect(outcomes.filter((outcome) => outcome === 'wrong')).toHaveLength(5);
});

test('the wait is bounded however many failures there are', () => {
  expect([waitMs(4, 5), waitMs(5, 5), waitMs(6, 5), waitMs(100_000, 5)]).toEqual([0, 1000, 2000, 900_000]);
});

test.each([
  ['10.0.0.1', '10.0.0.1'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:db8::9', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('%s counts as %s', (address, expected) => expect(network(address)).toBe(expected));
