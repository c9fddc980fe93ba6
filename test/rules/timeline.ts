/** What a series does for some minutes. */
export type Segment =
  /** The same value at every scrape. */
  | { minutes: number; value: number }
  /** A counter: goes on from where it was. `reset` starts it again from 0. */
  | { minutes: number; perSecond: number; reset?: boolean }
  /** Scrapes that brought nothing: Prometheus was away. What was there stays for five minutes. */
  | { minutes: number; missing: true }
  /** Not there any more: Prometheus scrapes, and marks the series as ended. */
  | { minutes: number; ended: true };

export const hold = (value: number, minutes: number): Segment => ({ minutes, value });
export const grow = (perSecond: number, minutes: number): Segment => ({ minutes, perSecond });
export const resetAndGrow = (perSecond: number, minutes: number): Segment => ({ minutes, perSecond, reset: true });
export const missing = (minutes: number): Segment => ({ minutes, missing: true });
export const ended = (minutes: number): Segment => ({ minutes, ended: true });

/** The segments in promtool's notation, with a sample every `every` seconds. */
export function toNotation(segments: readonly Segment[], every: number): string {
  let [counter, perScrape] = [0, 0];
  const words = segments.flatMap((segment) => {
    const samples = Math.round((segment.minutes * 60) / every);
    if (samples === 0) return [];
    const before = counter;
    counter += perScrape * samples; // whoever counts goes on while nobody looks
    if ('missing' in segment) return [`_x${String(samples)}`];
    if ('ended' in segment) return samples === 1 ? ['stale'] : ['stale', `_x${String(samples - 1)}`];
    if ('value' in segment) return [`${String(segment.value)}x${String(samples - 1)}`];
    perScrape = segment.perSecond * every;
    const first = (segment.reset === true ? 0 : before) + perScrape;
    counter = first + perScrape * (samples - 1);
    return [`${String(first)}+${String(perScrape)}x${String(samples - 1)}`];
  });
  return words.join(' ');
}
