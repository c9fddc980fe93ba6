import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CollectorRunner } from '../collectors/run.ts';
import type { Observation } from '../docker/observation.ts';
import type { Observer } from '../docker/observer.ts';
import { defineMetric } from '../metrics/metric.ts';
import { createSamples, type Samples } from '../metrics/samples.ts';
import { createScraper, type Scraper } from './scraper.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const seconds = defineMetric({ name: 'seen', type: 'gauge', help: 'Help.', when: 'always', source: 'a test' });

interface Bench {
  scraper: Scraper;
  observations: { timeoutMs: number; extended: number[]; end(): Promise<void> }[];
  counted: number[];
}

/** A scraper over observations that end when the test says so; the n-th one's samples say n, and n + 0.5 before its end. */
function create(options: { intervalMs?: number; cacheTtlMs?: number } = {}): Bench {
  const observations: Bench['observations'] = [];
  const counted: number[] = [];
  const observer = {
    observe(timeoutMs: number) {
      const at = observations.length + 1;
      let finish: (observation: Observation) => void = () => undefined;
      const done = new Promise<Observation>((resolve) => {
        finish = resolve;
      });
      const extended: number[] = [];
      observations.push({
        timeoutMs,
        extended,
        async end() {
          finish({ at } as Observation);
          await vi.advanceTimersByTimeAsync(0);
        },
      });
      return {
        done,
        partial: () => ({ at: at + 0.5 }) as Observation,
        pending: () => 1,
        extend: (ms: number) => extended.push(ms),
      };
    },
  } as unknown as Observer;
  const runner: Pick<CollectorRunner, 'countErrors' | 'run'> = {
    countErrors: ({ at }) => counted.push(at),
    run({ at }) {
      const samples = createSamples();
      samples.add(seconds, '', at);
      return samples;
    },
  };
  const scraper = createScraper({
    observer,
    runner: runner as CollectorRunner,
    timeoutMs: 30_000,
    intervalMs: options.intervalMs ?? 0,
    cacheTtlMs: options.cacheTtlMs ?? 0,
    clock: { now: () => Date.now(), monotonic: () => Date.now() },
  });
  return { scraper, observations, counted };
}

const valueOf = async (samples: Promise<Samples>): Promise<number | undefined> =>
  [...(await samples).families()][0]?.[1].values[0];

test('scrapes at the same time share one observation', async () => {
  const { scraper, observations, counted } = create();
  const all = [1000, 2000, 500].map((ms) => valueOf(scraper.scrape(ms)));
  await observations[0]?.end();
  expect(await Promise.all(all)).toEqual([1, 1, 1]);
  expect(observations).toHaveLength(1);
  expect(observations[0]?.extended).toEqual([2000, 500]);
  expect(counted).toEqual([1]);
});

test('without a cache each later scrape observes anew', async () => {
  const { scraper, observations } = create();
  for (const n of [1, 2]) {
    const scrape = valueOf(scraper.scrape(1000));
    await observations[n - 1]?.end();
    expect(await scrape).toBe(n);
  }
});

test('whoever joins with a shorter deadline leaves with what is there, and what it lacks is counted', async () => {
  const { scraper, observations, counted } = create();
  const patient = valueOf(scraper.scrape(5000));
  const hasty = valueOf(scraper.scrape(500));
  await vi.advanceTimersByTimeAsync(600);
  expect(await hasty).toBe(1.5);
  expect(counted).toEqual([1.5]);
  await observations[0]?.end();
  expect(await patient).toBe(1);
  expect(counted).toEqual([1.5, 1]);
});

test('whoever began leaves at the own deadline too, when another has given the observation more time', async () => {
  const { scraper, observations } = create();
  const first = valueOf(scraper.scrape(500));
  const second = valueOf(scraper.scrape(5000));
  await vi.advanceTimersByTimeAsync(600);
  expect(await first).toBe(1.5);
  await observations[0]?.end();
  expect(await second).toBe(1);
  expect(vi.getTimerCount()).toBe(0);
});

test('an observation that ends at its deadline is taken as it ends', async () => {
  const { scraper, observations } = create();
  const scrape = valueOf(scraper.scrape(500));
  await vi.advanceTimersByTimeAsync(520);
  await observations[0]?.end();
  expect(await scrape).toBe(1);
});

test('the cache answers while it is young', async () => {
  const { scraper, observations } = create({ cacheTtlMs: 1000 });
  const first = valueOf(scraper.scrape(500));
  await observations[0]?.end();
  expect(await first).toBe(1);
  vi.advanceTimersByTime(999);
  expect(await valueOf(scraper.scrape(500))).toBe(1);
  vi.advanceTimersByTime(1);
  const next = valueOf(scraper.scrape(500));
  await observations[1]?.end();
  expect(await next).toBe(2);
});

test('with an interval scrapes get the latest, and the first waits for it', async () => {
  const { scraper, observations } = create({ intervalMs: 1000 });
  scraper.start();
  scraper.start();
  const first = valueOf(scraper.scrape(500));
  await observations[0]?.end();
  expect(await first).toBe(1);
  await vi.advanceTimersByTimeAsync(1000);
  expect(observations.map(({ timeoutMs }) => timeoutMs)).toEqual([30_000, 30_000]);
  expect(await valueOf(scraper.scrape(500))).toBe(1);
  // One that takes longer than the interval is not overtaken by another.
  await vi.advanceTimersByTimeAsync(3000);
  expect(observations).toHaveLength(2);
  await observations[1]?.end();
  expect(await valueOf(scraper.scrape(500))).toBe(2);
  scraper.stop();
  scraper.stop();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(observations).toHaveLength(2);
});
