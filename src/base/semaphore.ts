/**
 * Lets at most `limit` tasks run at once; the others wait in order.
 * The limit is read at each release, so it can change while tasks run.
 */
export function createSemaphore(limit: () => number): {
  run<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T>;
} {
  let running = 0;
  const waiting: (() => void)[] = [];

  const admit = (): void => {
    while (running < limit() && waiting.length > 0) {
      running += 1;
      waiting.shift()?.();
    }
  };

  return {
    async run(task, signal) {
      if (running < limit()) running += 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        // Whoever waited past the deadline gives its place on without starting.
        signal.throwIfAborted();
        return await task();
      } finally {
        running -= 1;
        admit();
      }
    },
  };
}
