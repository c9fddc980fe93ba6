export interface RateLimit {
  /** Time in which one request is given back to the allowance, in milliseconds. */
  intervalMs: number;
  /** How many requests may come at once; at least 1. */
  burst: number;
}

/**
 * A token bucket that starts full. Each call takes a token and returns 0,
 * or takes nothing and returns the milliseconds until there is one. `monotonic` is in milliseconds.
 */
export function createTokenBucket(limit: RateLimit, monotonic: () => number): () => number {
  let tokens = limit.burst;
  let countedAt = monotonic();
  return () => {
    const now = monotonic();
    tokens = Math.min(limit.burst, tokens + (now - countedAt) / limit.intervalMs);
    countedAt = now;
    if (tokens < 1) return (1 - tokens) * limit.intervalMs;
    tokens -= 1;
    return 0;
  };
}
