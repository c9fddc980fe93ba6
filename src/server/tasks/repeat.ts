import { errorText } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';

export interface Repetition {
  /** No new run begins; resolves when the one under way has ended. Can be called twice. */
  stop(): Promise<void>;
}

export interface RepeatOptions {
  name: string;
  everyMs: number;
  log: Log;
}

/**
 * Runs a task now and then again, each time `everyMs` after the end of the run before. A run that fails is logged once,
 * until one succeeds again.
 */
export function repeat({ name, everyMs, log }: RepeatOptions, task: () => Promise<void>): Repetition {
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let isFailing = false;

  const run = async (): Promise<void> => {
    try {
      await task();
      if (isFailing) log.info({ task: name }, 'a task of the server works again');
      isFailing = false;
    } catch (error) {
      if (!isFailing) log.warn({ task: name }, `a task of the server failed and is tried again: ${errorText(error)}`);
      isFailing = true;
    }
    if (!isStopped) timer = setTimeout(start, everyMs);
  };
  let running = run();
  const start = (): void => {
    running = run();
  };

  return {
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
