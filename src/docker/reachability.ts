import type { Log } from '../base/log.ts';

/** Whether the engine answers; each change is one line in the log, nothing between changes. */
export interface Reachability {
  isUp(): boolean;
  up(address: string, version: string | undefined): void;
  down(reason: string): void;
}

export function createReachability(log: Log): Reachability {
  let state: 'unknown' | 'up' | 'down' = 'unknown';
  return {
    isUp: () => state === 'up',
    up(address, version) {
      if (state !== 'up') log.info({ engine: address, version }, 'the engine answers');
      state = 'up';
    },
    down(reason) {
      if (state !== 'down') log.warn(`${reason}; trying again at each scrape`);
      state = 'down';
    },
  };
}
