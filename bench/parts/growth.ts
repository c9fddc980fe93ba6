import { startExporter } from '../exporter-process.ts';
import type { Figure } from '../figure.ts';
import { scrapeManyTimes } from '../long-run.ts';
import type { BenchContext, Part } from '../part.ts';
import { startRecordedEngine } from '../recorded-engine-process.ts';

/** Scrapes until the code is compiled and the memory has found its size. */
const settledAfter = 200;

/** A leak of a few kilobytes in each scrape would be more. */
const mostHeapMb = 3;

/** The allocators keep now more, now less of what was freed: up to 5 MB were seen where the heap stayed the same. */
const mostAnonymousMb = 6;

export const growth: Part = {
  name: 'growth',
  title: 'Memory over many scrapes, an engine of recorded answers',
  requirements: [],
  measure,
};

async function* measure(context: BenchContext): AsyncIterable<Figure> {
  const marks = context.quick ? [50, 100, 200] : [100, 200, 500, 1000];
  await using engine = await startRecordedEngine(context.containers);
  await using exporter = await startExporter({ socketPath: engine.socketPath }, 0);
  const states = await scrapeManyTimes(exporter, marks);
  for (const { scrapes, anonymousMb, heapMb } of states) {
    const heap = `JavaScript heap ${heapMb.toFixed(1)} MB`;
    yield { what: `anonymous memory at scrape ${String(scrapes)}`, value: anonymousMb, unit: 'MB', detail: heap };
  }
  const last = states.at(-1);
  const settled = states.find(({ scrapes }) => scrapes >= settledAfter) ?? last;
  if (last === undefined || settled === undefined || settled === last) return;
  const since = `since scrape ${String(settled.scrapes)}`;
  yield {
    what: `growth, anonymous memory, ${since}`,
    value: last.anonymousMb - settled.anonymousMb,
    unit: 'MB',
    atMost: mostAnonymousMb,
  };
  yield {
    what: `growth, JavaScript heap, ${since}`,
    value: last.heapMb - settled.heapMb,
    unit: 'MB',
    atMost: mostHeapMb,
  };
}
