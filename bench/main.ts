import { existsSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { createEnginePool } from './engine-pool.ts';
import { isReached } from './figure.ts';
import { helpText, parseOptions, type BenchOptions } from './options.ts';
import type { Part } from './part.ts';
import { concurrency } from './parts/concurrency.ts';
import { fleet } from './parts/fleet.ts';
import { growth } from './parts/growth.ts';
import { reports } from './parts/reports.ts';
import { idle } from './parts/idle.ts';
import { limit } from './parts/limit.ts';
import { oldEngine } from './parts/old-engine.ts';
import { recorded } from './parts/recorded.ts';
import { scrape } from './parts/scrape.ts';
import { supplyChain } from './parts/supply-chain.ts';
import { start, startLive } from './parts/start.ts';
import { runPart } from './run-part.ts';
import { renderTable, type PartResult } from './table.ts';

/** Those of one engine one after the other: only one engine runs at a time. */
const parts: readonly Part[] = [
  scrape,
  concurrency,
  idle,
  startLive,
  limit,
  oldEngine,
  recorded,
  growth,
  start,
  fleet,
  reports,
  supplyChain,
];

/**
 * Measures what a scrape costs and prints a table: `npm run bench -- --help` tells of the options. Exits 1 when
 * something could not be measured, 2 on wrong options; a slow figure is no failure.
 */
async function main(args: readonly string[]): Promise<number> {
  let options: BenchOptions;
  try {
    options = parseOptions(args, parts.map(({ name }) => name)); // prettier-ignore
  } catch (error) {
    console.error(`bench: ${String(error)}`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(helpText(parts));
    return 0;
  }
  if (!existsSync(join(import.meta.dirname, '../dist/tallyman.js'))) {
    console.error('bench: dist/tallyman.js is missing: run `make build` first');
    return 1;
  }
  const results = await runParts(options);
  process.stdout.write(`\n${machineLine()}\n\n${renderTable(results)}`);
  if (options.json !== undefined) writeFileSync(options.json, toJson(results));
  return results.some(({ failed }) => failed !== undefined) ? 1 : 0;
}

async function runParts({ only, containers, quick }: BenchOptions): Promise<PartResult[]> {
  using engines = createEnginePool(containers);
  const context = { containers, quick, engine: engines.engine };
  const results: PartResult[] = [];
  for (const part of parts.filter(({ name }) => only.length === 0 || only.includes(name))) {
    console.error(`bench: ${part.title}`);
    results.push(await runPart(part, context));
  }
  return results;
}

/** What the figures depend on. */
function machineLine(): string {
  const load = loadavg()[0]?.toFixed(1) ?? '?';
  return `${String(availableParallelism())} CPUs, Node.js ${process.versions.node}, load ${load} at the end`;
}

function toJson(results: readonly PartResult[]): string {
  const withReached = results.map((result) => ({
    ...result,
    figures: result.figures.map((figure) => ({ ...figure, reached: isReached(figure) })),
  }));
  return `${JSON.stringify({ machine: machineLine(), parts: withReached }, undefined, 2)}\n`;
}

// Whatever runs is ended by exit hooks.
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));
process.exitCode = await main(process.argv.slice(2));
