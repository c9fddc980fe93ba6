import type { Log } from '../base/log.ts';

/** Whether the engine can be read; each change is one line in the log, nothing between changes. */
export interface Reachability {
  /** It listed its containers. */
  up(address: string, version: string | undefined): void;
  /** It answers something: that ends an absence, but does not mean that its containers can be listed. */
  reached(address: string, version: string | undefined): void;
  /** Nothing answers. */
  absent(reason: string): void;
  /** It does not list its containers, whatever else it answers. */
  failing(reason: string): void;
}

export function createReachability(log: Log): Reachability {
  let state: 'unknown' | 'up' | 'absent' | 'failing' = 'unknown';

  const up: Reachability['up'] = (address, version) => {
    if (state !== 'up') log.info({ engine: address, version }, 'the engine answers');
    state = 'up';
  };
  const down = (next: 'absent' | 'failing', reason: string): void => {
    if (state === 'up' || state === 'unknown') log.warn(`${reason}; trying again at each scrape`);
    state = next;
  };

  return {
    up,
    reached(address, version) {
      if (state !== 'failing') up(address, version);
    },
    absent: (reason) => down('absent', reason),
    failing: (reason) => down('failing', reason),
  };
}
