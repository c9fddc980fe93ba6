/** What waits for a time; tests pass their own. */
export interface Timers {
  /** Runs a task once after so many milliseconds, however many; the answer takes it back. */
  after(ms: number, task: () => void): () => void;
}

/** Node's timers hold 2^31 - 1 ms, 24.8 days; a longer wait is made of several. */
const longestMs = 2 ** 31 - 1;

export const systemTimers: Timers = {
  after(ms, task) {
    let left = Math.max(0, ms);
    let timer: NodeJS.Timeout | undefined;
    const wait = (): void => {
      const part = Math.min(left, longestMs);
      left -= part;
      timer = setTimeout(left > 0 ? wait : task, part);
    };
    wait();
    return () => clearTimeout(timer);
  },
};
