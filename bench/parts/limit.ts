import { startExporter } from '../exporter-process.ts';
import type { Figure } from '../figure.ts';
import { scrapeManyTimes, type MemoryState } from '../long-run.ts';
import { createMemoryCgroup, type MemoryCgroup } from '../memory-cgroup.ts';
import type { BenchContext, Part } from '../part.ts';
import { startRecordedEngine } from '../recorded-engine-process.ts';

const limitMb = 64;
const megabyte = 1024 * 1024;

export const limit: Part = {
  name: 'limit',
  title: `In a memory cgroup of ${String(limitMb)} MiB, with gzip`,
  requirements: ['28'],
  measure,
};

async function* measure(context: BenchContext): AsyncIterable<Figure> {
  const scrapes = context.quick ? 100 : 1000;
  const live = await context.engine('28');
  await using recorded = await startRecordedEngine(250);
  // Side by side: it is memory that counts here, not time.
  const [first, second] = await Promise.all([
    scrapeWithinLimit('live', live.socketPath, scrapes),
    scrapeWithinLimit('recorded', recorded.socketPath, scrapes),
  ]);
  yield* toFigures(`${String(live.containers)} containers, Docker 28`, scrapes, first);
  yield* toFigures('250 containers, recorded', scrapes, second);
}

interface LimitedRun {
  /** undefined when it did not live to the last scrape. */
  state: MemoryState | undefined;
  peakAnonymousMb: number;
  peakMb: number;
  limitHits: number;
  kills: number;
}

/**
 * The pages of the program's files are in the disk cache and charged to whoever read them first: what is measured here
 * is the memory that cannot be given back.
 */
async function scrapeWithinLimit(name: string, socketPath: string, scrapes: number): Promise<LimitedRun> {
  using cgroup = createMemoryCgroup(name, limitMb * megabyte);
  let peakAnonymous = 0;
  const watch = setInterval(() => (peakAnonymous = Math.max(peakAnonymous, cgroup.anonymousBytes())), 20);
  try {
    const state = await scrapeUntilKilled(cgroup, socketPath, scrapes);
    return {
      state,
      peakAnonymousMb: peakAnonymous / megabyte,
      peakMb: cgroup.peakBytes() / megabyte,
      limitHits: cgroup.limitHits(),
      kills: cgroup.kills(),
    };
  } finally {
    clearInterval(watch);
  }
}

async function scrapeUntilKilled(
  cgroup: MemoryCgroup,
  socketPath: string,
  scrapes: number,
): Promise<MemoryState | undefined> {
  try {
    await using exporter = await startExporter({ socketPath, prefix: cgroup.prefix }, 0);
    return (await scrapeManyTimes(exporter, [scrapes])).at(-1);
  } catch (error) {
    if (cgroup.kills() === 0) throw error;
    return undefined;
  }
}

function* toFigures(where: string, scrapes: number, run: LimitedRun): Iterable<Figure> {
  const { state } = run;
  const died = `killed for want of memory in ${String(scrapes)} scrapes`;
  const usual = state === undefined ? {} : { detail: `at the end ${state.anonymousMb.toFixed(1)} MB` };
  const charged = `${run.peakMb.toFixed(1)} MB charged at most`;
  yield { what: `${where}: ${died}`, value: run.kills, unit: 'count', atMost: 0 };
  yield { what: `${where}: anonymous memory, peak`, value: run.peakAnonymousMb, unit: 'MB', atMost: limitMb, ...usual };
  yield { what: `${where}: times the limit was met`, value: run.limitHits, unit: 'count', detail: charged };
  if (state !== undefined) yield { what: `${where}: scrape at the end`, value: state.wallMs, unit: 'ms' };
}
