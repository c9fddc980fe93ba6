/** Where times come from; tests pass their own. */
export interface Clock {
  /** Unix time in milliseconds. */
  now(): number;
  /** Milliseconds on a clock that never goes back. */
  monotonic(): number;
}

export const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };
