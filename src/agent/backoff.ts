/**
 * How long to wait before the next attempt: full jitter, a random part of a bound that doubles up to a limit.
 * Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
export interface Backoff {
  /** Milliseconds until the next attempt; the one after that may wait twice as long. */
  next(): number;
  /** It worked: the next wait is short again. */
  reset(): void;
}

export interface BackoffOptions {
  firstMs: number;
  limitMs: number;
  /** From 0 to below 1. */
  random: () => number;
}

export function createBackoff({ firstMs, limitMs, random }: BackoffOptions): Backoff {
  let bound = firstMs;
  return {
    next() {
      const wait = Math.round(random() * bound);
      bound = Math.min(limitMs, bound * 2);
      return wait;
    },
    reset() {
      bound = firstMs;
    },
  };
}
