import { createHmac, randomBytes } from 'node:crypto';
import type { BasicCredentials } from './basic-credentials.ts';
import type { AuthVerdict } from './guard.ts';

/** Verdicts that are remembered, of each kind; past that the oldest is forgotten. Guessing cannot push out who is let in. */
const rememberedVerdicts = 512;

/** Compares that may wait. They run one at a time: each holds the main thread for tens of milliseconds. */
const waitingCompares = 16;

export type BcryptCompare = (password: string, hash: string) => Promise<boolean>;

/**
 * Checks users against bcrypt hashes. A pair of name and password is compared once and then known by a digest under a key
 * that only this process has, so that a scrape does not pay for bcrypt; unknown users pay for a compare as the known do.
 */
export function createBcryptUsers(compare: BcryptCompare = bcryptCompare): {
  /** `busy` when too many compares wait. Rejects when bcrypt cannot be loaded. */
  check: (users: ReadonlyMap<string, string>, given: BasicCredentials) => Promise<AuthVerdict>;
} {
  const processKey = randomBytes(32);
  const digest = (...parts: string[]): Buffer =>
    createHmac('sha256', processKey).update(JSON.stringify(parts)).digest();
  const verdicts = { allowed: new Set<string>(), denied: new Set<string>() };
  const running = new Map<string, Promise<AuthVerdict>>();
  let last: Promise<unknown> = Promise.resolve();

  return {
    check(users, given) {
      const known = users.get(given.username);
      const hash = known ?? strangersHash([...users.values()], digest(given.username));
      const pair = digest(given.username, hash, given.password).toString('base64');
      if (verdicts.allowed.has(pair)) return Promise.resolve('allowed');
      if (verdicts.denied.has(pair)) return Promise.resolve('denied');
      const same = running.get(pair);
      if (same !== undefined) return same;
      if (running.size > waitingCompares) return Promise.resolve('busy');

      const result = last
        .then(() => compare(given.password, hash))
        .then((equal): AuthVerdict => {
          const verdict = equal && known !== undefined ? 'allowed' : 'denied';
          remember(verdicts[verdict], pair);
          return verdict;
        })
        .finally(() => running.delete(pair));
      running.set(pair, result);
      last = result.catch(() => undefined);
      return result;
    },
  };
}

async function bcryptCompare(password: string, hash: string): Promise<boolean> {
  const { compare } = await import('bcryptjs');
  return compare(password, hash);
}

/** A hash for a user that does not exist: as costly as that of one who does, always the same one for a name. */
function strangersHash(hashes: readonly string[], seed: Buffer): string {
  const model = hashes[seed.readUInt32BE() % hashes.length] ?? '$2b$10$';
  return model.slice(0, 7) + '.'.repeat(53);
}

function remember(pairs: Set<string>, pair: string): void {
  pairs.add(pair);
  if (pairs.size <= rememberedVerdicts) return;
  const [oldest] = pairs;
  if (oldest !== undefined) pairs.delete(oldest);
}
