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
  /** Why its containers cannot be listed; undefined while they can, or before anything is known. */
  fault(): string | undefined;
}

export function createReachability(log: Log, onChange: () => void = () => undefined): Reachability {
  let state: 'unknown' | 'up' | 'absent' | 'failing' = 'unknown';
  let fault: string | undefined;

  const enter = (next: typeof state, reason: string | undefined): void => {
    const isNews = state !== next;
    state = next;
    fault = reason;
    if (isNews) onChange();
  };

  const up: Reachability['up'] = (address, version) => {
    if (state !== 'up') log.info({ engine: address, version }, 'the engine answers');
    enter('up', undefined);
  };
  const down = (next: 'absent' | 'failing', reason: string): void => {
    if (state === 'up' || state === 'unknown') log.warn(`${reason}; trying again at each scrape`);
    enter(next, reason);
  };

  return {
    up,
    reached(address, version) {
      if (state !== 'failing') up(address, version);
    },
    absent: (reason) => down('absent', reason),
    failing: (reason) => down('failing', reason),
    fault: () => fault,
  };
}
