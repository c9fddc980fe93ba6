import type { Clock } from '../base/clock.ts';
import { errorText } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { TakenSamples } from '../exporter/scraper.ts';
import type { Samples } from '../metrics/samples.ts';
import type { Timers } from './timers.ts';

export interface SamplerOptions {
  take: () => Promise<TakenSamples>;
  onTaken: (taken: TakenSamples) => void;
  intervalMs: number;
  clock: Clock;
  timers: Timers;
  log: Log;
}

/** Has samples taken at an even pace. A collection that takes longer than the interval costs ticks, which do not pile up. */
export interface Sampler {
  start(): void;
  /** Goes on at another pace from now. */
  setInterval(ms: number): void;
  stop(): void;
}

export function createSampler(options: SamplerOptions): Sampler {
  const { clock, timers } = options;
  let intervalMs = options.intervalMs;
  let from = 0;
  let cancel: (() => void) | undefined;
  let isTaking = false;
  let latest: Samples | undefined;

  const take = async (): Promise<void> => {
    isTaking = true;
    try {
      const taken = await options.take();
      // The exporter may answer from an earlier collection, which was sent already.
      if (cancel !== undefined && taken.samples !== latest) options.onTaken(taken);
      latest = taken.samples;
    } catch (error) {
      options.log.error({ reason: errorText(error) }, 'could not take samples');
    } finally {
      isTaking = false;
    }
  };

  const schedule = (): void => {
    const passed = clock.monotonic() - from;
    // The nearest tick is this one: a timer may fire a little before its time.
    const next = Math.round(passed / intervalMs) + 1;
    cancel = timers.after(next * intervalMs - passed, tick);
  };

  const tick = (): void => {
    schedule();
    if (!isTaking) void take();
  };

  return {
    start() {
      if (cancel !== undefined) return;
      from = clock.monotonic();
      tick();
    },
    setInterval(ms) {
      if (ms === intervalMs) return;
      intervalMs = ms;
      if (cancel === undefined) return;
      cancel();
      from = clock.monotonic();
      schedule();
    },
    stop() {
      cancel?.();
      cancel = undefined;
    },
  };
}
