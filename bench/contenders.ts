import type { BareLoop } from './bare-loop.ts';
import { cpuMs } from './cpu-time.ts';
import type { ExporterProcess } from './exporter-process.ts';
import type { Contender } from './samples.ts';

/** The scrape of an exporter; `engineMs` gives the CPU time of the engine that it asks. */
export function scrapeOf(
  exporter: ExporterProcess,
  engineMs: () => number,
  headers: Readonly<Record<string, string>> = {},
): Contender {
  return { run: () => exporter.get('/metrics', headers), ownMs: () => cpuMs([exporter.pid]), engineMs };
}

/** The bare loop asks from within this process. */
export function loopOf(loop: BareLoop, engineMs: () => number): Contender {
  return { run: () => loop.run(), ownMs: ownCpuMs, engineMs };
}

function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
