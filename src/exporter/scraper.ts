import type { Clock } from '../base/clock.ts';
import type { CollectorRunner } from '../collectors/run.ts';
import type { RunningObservation } from '../docker/observation-run.ts';
import type { Observer } from '../docker/observer.ts';
import type { Samples } from '../metrics/samples.ts';

export interface ScraperOptions {
  observer: Observer;
  runner: CollectorRunner;
  /** The longest an observation may take. */
  timeoutMs: number;
  /** Above 0: collect in the background this often, and answer scrapes with the latest. */
  intervalMs: number;
  /** Above 0: answer with an earlier result that is younger than this. */
  cacheTtlMs: number;
  clock: Clock;
}

export interface TakenSamples {
  samples: Samples;
  at: number;
}

export interface Scraper {
  /** Starts collecting in the background, where an interval is set. */
  start(): void;
  /** The samples of now; scrapes at the same time share one observation. Each leaves at its own deadline. */
  scrape(timeoutMs: number): Promise<Samples>;
  /** The same with the time at which they were taken, in Unix milliseconds. */
  take(timeoutMs: number): Promise<TakenSamples>;
  stop(): void;
}

/**
 * An observation whose deadline passes still ends in order, with its errors counted; only one that a later scrape gave
 * more time is left with what it has.
 */
const orderlyEndMs = 100;

interface Collection {
  running: RunningObservation;
  taken: Promise<TakenSamples>;
}

export function createScraper(options: ScraperOptions): Scraper {
  const { observer, runner, clock } = options;
  let current: Collection | undefined;
  let latest: { taken: TakenSamples; since: number } | undefined;
  let timer: NodeJS.Timeout | undefined;

  const collect = (timeoutMs: number): Collection => {
    const running = observer.observe(timeoutMs);
    const taken = running.done.then((observation) => {
      current = undefined;
      runner.countErrors(observation);
      const result = { samples: runner.run(observation), at: observation.at };
      if (options.intervalMs > 0 || options.cacheTtlMs > 0) latest = { taken: result, since: clock.monotonic() };
      return result;
    });
    current = { running, taken };
    return current;
  };

  const join = async (timeoutMs: number): Promise<TakenSamples> => {
    current?.running.extend(timeoutMs);
    const { running, taken } = current ?? collect(timeoutMs);
    const wait = timeout(timeoutMs + orderlyEndMs);
    const first = await Promise.race([taken, wait.done]);
    wait.clear();
    if (first !== undefined) return first;
    const partial = running.partial();
    // Whatever this scrape does not get is an error of this scrape, even if a longer one still gets it.
    runner.countErrors({ ...partial, errors: { container: Math.max(1, running.pending()), system: 0 } });
    return { samples: runner.run(partial), at: partial.at };
  };

  const isFresh = (): boolean =>
    latest !== undefined && options.cacheTtlMs > 0 && clock.monotonic() - latest.since < options.cacheTtlMs;

  const take = async (timeoutMs: number): Promise<TakenSamples> => {
    if (latest !== undefined && (options.intervalMs > 0 || isFresh())) return latest.taken;
    return join(timeoutMs);
  };

  return {
    start() {
      if (options.intervalMs === 0 || timer !== undefined) return;
      const tick = (): void => {
        if (current === undefined) collect(options.timeoutMs);
      };
      timer = setInterval(tick, options.intervalMs);
      tick();
    },
    scrape: async (timeoutMs) => (await take(timeoutMs)).samples,
    take,
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
  };
}

function timeout(ms: number): { done: Promise<undefined>; clear(): void } {
  let timer: NodeJS.Timeout | undefined;
  const done = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  return { done, clear: () => clearTimeout(timer) };
}
