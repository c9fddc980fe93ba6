import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks again and again until the answer is neither `undefined` nor `false`, and gives it back.
 * Throws with `what` when `withinMs` have passed; an error of the last attempt is its cause.
 */
export async function waitFor<T>(
  what: string,
  probe: () => T | Promise<T>,
  { withinMs = 30_000, everyMs = 50 } = {},
): Promise<Exclude<T, undefined | false>> {
  const until = Date.now() + withinMs;
  let cause: unknown;
  do {
    try {
      const answer = await probe();
      if (answer !== undefined && answer !== false) return answer as Exclude<T, undefined | false>;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await sleep(everyMs);
  } while (Date.now() < until);
  throw new Error(`waited ${String(withinMs)} ms in vain: ${what}`, { cause });
}
