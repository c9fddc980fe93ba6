import { createSemaphore } from '../../base/semaphore.ts';
import { ApiProblem } from '../api/problem.ts';
import { hasCost, hashWithScrypt, isScryptHashOf, usualCost, type ScryptCost } from './scrypt-hash.ts';

/** Each holds 32 MiB and one of the four threads that also read files. */
const hashesAtOnce = 2;
/** Who comes when this many wait is told to come again: waiting longer would outlast his patience anyway. */
const waitingHashes = 32;

export interface Passwords {
  /** Throws ApiProblem (503) when too many wait already. */
  hash(password: string): Promise<string>;
  /** As long for an unknown user (`stored` undefined) as for a known one. Throws as `hash` does. */
  verify(stored: string | undefined, password: string): Promise<boolean>;
  /** Whether a hash was made with other parameters than today's. */
  isOutdated(stored: string): boolean;
}

/** Hashes and checks passwords, a bounded number at once. */
export function createPasswords(cost: ScryptCost = usualCost): Passwords {
  const semaphore = createSemaphore(() => hashesAtOnce);
  const forever = new AbortController().signal;
  const nobody = `scrypt$${String(cost.n)}$${String(cost.r)}$${String(cost.p)}$AAAAAAAAAAAAAAAAAAAAAA$${'A'.repeat(43)}`;
  let inHand = 0;

  async function bounded<T>(work: () => Promise<T>): Promise<T> {
    if (inHand >= hashesAtOnce + waitingHashes)
      throw new ApiProblem(503, 'LOGIN_BUSY', 'too many passwords are being checked: try again in a moment', {
        'Retry-After': '2',
      });
    inHand += 1;
    try {
      return await semaphore.run(work, forever);
    } finally {
      inHand -= 1;
    }
  }

  return {
    hash: (password) => bounded(() => hashWithScrypt(password, cost)),
    verify: async (stored, password) => {
      const isRight = await bounded(() => isScryptHashOf(stored ?? nobody, password));
      return isRight && stored !== undefined;
    },
    isOutdated: (stored) => !hasCost(stored, cost),
  };
}
