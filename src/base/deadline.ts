/** A deadline that can be moved later, as a signal that aborts when it passes. */
export interface Deadline {
  signal: AbortSignal;
  /** Moves the deadline to this many milliseconds from now, if that is later than it is. */
  extend(ms: number): void;
  /** The work is done: the deadline no longer passes. */
  clear(): void;
}

export function createDeadline(ms: number): Deadline {
  const controller = new AbortController();
  const pass = (): void => controller.abort(new Error('the deadline has passed'));
  let at = performance.now() + ms;
  let timer = setTimeout(pass, ms);
  let isOver = false;
  return {
    signal: controller.signal,
    extend(later) {
      if (isOver || performance.now() + later <= at) return;
      at = performance.now() + later;
      clearTimeout(timer);
      timer = setTimeout(pass, later);
    },
    clear() {
      isOver = true;
      clearTimeout(timer);
    },
  };
}
