import { gunzipSync } from 'node:zlib';
import type { ExporterProcess } from './exporter-process.ts';
import { anonymousBytes } from './process-memory.ts';
import { median } from './statistics.ts';

/** The memory of an exporter after a number of scrapes, over the last of them. */
export interface MemoryState {
  scrapes: number;
  /** Usual anonymous memory. */
  anonymousMb: number;
  /** The least JavaScript heap in use: garbage that is not collected yet is not memory that is needed. */
  heapMb: number;
  /** Usual time of a scrape. */
  wallMs: number;
}

/** Scrapes with gzip without a pause, and tells of the memory at each of the marks, numbers of scrapes. */
export async function scrapeManyTimes(exporter: ExporterProcess, marks: readonly number[]): Promise<MemoryState[]> {
  const states: MemoryState[] = [];
  let anonymous: number[] = [];
  let heap: number[] = [];
  let walls: number[] = [];
  for (let scrapes = 1; scrapes <= Math.max(...marks); scrapes += 1) {
    const { wallMs, body } = await exporter.get('/metrics', { 'Accept-Encoding': 'gzip' });
    const nextMark = marks.find((mark) => mark >= scrapes) ?? 0;
    if (scrapes > nextMark - windowLength) {
      anonymous.push(anonymousBytes(exporter.pid) / megabyte);
      heap.push(heapUsedBytes(body) / megabyte);
      walls.push(wallMs);
    }
    if (scrapes === nextMark) {
      states.push({ scrapes, anonymousMb: median(anonymous), heapMb: Math.min(...heap), wallMs: median(walls) });
      [anonymous, heap, walls] = [[], [], []];
    }
  }
  return states;
}

const megabyte = 1024 * 1024;

/** Scrapes before a mark that are looked at: some full garbage collections lie within. */
const windowLength = 100;

function heapUsedBytes(body: Buffer): number {
  const value = /^nodejs_heap_used_bytes (\S+)$/m.exec(gunzipSync(body).toString())?.[1];
  if (value === undefined) throw new Error('the exporter does not tell its heap');
  return Number(value);
}
