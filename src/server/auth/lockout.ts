import { isIPv6 } from 'node:net';
import type { LoginGuards } from '../../store/store.ts';
import { ApiProblem } from '../api/problem.ts';

/** Failures until the first wait; the wait then doubles with each further one. */
const freeFailures = 5;
const firstWaitMs = 1000;
const longestWaitMs = 15 * 60_000;
/** Of one address over all users: higher, since everybody behind one proxy or NAT shares it. */
const freeFailuresOfAddress = 20;
/** Failures of one user from all addresses, past which an address has one try instead of five. */
const alarmingFailures = 50;

/**
 * Slows down guessing of passwords, over all servers of one database, by three counts of failures:
 * - of a user from an address: after 5 failures it waits 1 s, 2 s, 4 s, ... up to 15 min;
 * - of an address over all users, the same after 20: against trying one password on many users;
 * - of a user over all addresses: it locks nothing by itself, or anybody could lock out the user for good. Past 50 it
 *   leaves each address one free try instead of five: many addresses together get one try each, then they wait.
 * So nothing that happens at another address keeps a user from logging in at his own.
 */
export interface Lockout {
  /**
   * Before a password is checked; counts it as a failure until `succeed`, so that tries at the same time count too.
   * Throws ApiProblem (429) with Retry-After where it has to wait.
   */
  enter(user: string, address: string, now: number): Promise<void>;
  /** The password was right. */
  succeed(user: string, address: string): Promise<void>;
  /** It was wrong. */
  fail(user: string, address: string): Promise<void>;
}

export function createLockout(guards: LoginGuards): Lockout {
  return {
    async enter(user, address, now) {
      const pairKey = keyOfPair(user, address);
      const [pair, ofAddress, ofUser] = await Promise.all([
        guards.get(pairKey),
        guards.get(keyOfAddress(address)),
        guards.get(keyOfUser(user)),
      ]);
      const lockedUntil = Math.max(pair.lockedUntil, ofAddress.lockedUntil);
      if (lockedUntil > now) throw mustWait(lockedUntil - now);
      const free = ofUser.failures >= alarmingFailures ? 1 : freeFailures;
      const counted = await guards.fail(pairKey, (failures) => waitMs(failures, free));
      // Others came in between: past the free ones, only who comes alone after the wait may try.
      if (counted.failures > free && counted.failures > pair.failures + 1) throw mustWait(counted.lockedUntil - now);
    },
    async succeed(user, address) {
      await guards.clear(keyOfPair(user, address));
      await guards.clear(keyOfUser(user));
    },
    async fail(user, address) {
      await guards.fail(keyOfAddress(address), (failures) => waitMs(failures, freeFailuresOfAddress));
      await guards.fail(keyOfUser(user), () => 0);
    },
  };
}

/** How long to wait after this many failures: nothing, then 1 s, 2 s, 4 s, ... */
export function waitMs(failures: number, free: number): number {
  return failures < free ? 0 : Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(failures - free, 30));
}

function mustWait(ms: number): ApiProblem {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  return new ApiProblem(429, 'LOGIN_LOCKED', `too many wrong passwords: try again in ${String(seconds)} s`, {
    'Retry-After': String(seconds),
  });
}

const keyOfUser = (user: string): string => `user:${user}`;
const keyOfAddress = (address: string): string => `address:${network(address)}`;
const keyOfPair = (user: string, address: string): string => `user:${user}@${network(address)}`;

/** An IPv6 address counts by its /64, which is what one customer has at least; an IPv4 address by itself. */
export function network(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros =
    tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  const groups = [...before, ...zeros, ...after].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${groups.join(':')}::/64`;
}
