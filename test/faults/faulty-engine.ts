import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Exposition } from '../support/exposition.ts';
import { startFakeEngine, type FakeCall, type FakeEngine } from '../support/fake-engine.ts';
import { loadRecordedAnswers, type RecordedSet } from '../support/recorded-answers.ts';
import { startTallyman, type LogLine, type TallymanProcess } from '../support/tallyman-process.ts';
import { waitFor } from '../support/wait-for.ts';

export interface Pair extends AsyncDisposable {
  engine: FakeEngine;
  tallyman: TallymanProcess;
}

export interface PairOptions {
  set?: RecordedSet;
  env?: Record<string, string>;
  on?: 'unix' | 'tcp';
  /** Waits until the engine's events are followed: from then on nothing is asked twice. Yes by default. */
  settled?: boolean;
}

/** The program, and an engine that can be told to misbehave. */
export async function startPair(options: PairOptions = {}): Promise<Pair> {
  const engine = await startFakeEngine(loadRecordedAnswers(options.set ?? 'docker-28.5-cgroup2'), options.on);
  const tallyman = await startTallyman({ env: { DOCKER_HOST: engine.dockerHost, ...options.env } });
  if (options.settled !== false) await waitFor('the events to be followed', () => engine.followers() === 1);
  return {
    engine,
    tallyman,
    async [Symbol.asyncDispose]() {
      await expectSound(tallyman);
      await tallyman.stop();
      await engine[Symbol.asyncDispose]();
    },
  };
}

/** The process is the one that was started, answers at once, and has said nothing of a fault of its own. */
export async function expectSound(tallyman: TallymanProcess): Promise<void> {
  const health = await tallyman.get('/health', { timeoutMs: 10_000 });
  expect([health.status, isAlive(tallyman.pid)]).toEqual([200, true]);
  const faults = tallyman.logs().filter(({ level, msg }) => level === 'error' || msg.startsWith('a collector failed'));
  expect(faults).toEqual([]);
}

function isAlive(pid: number): boolean {
  return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').includes('tallyman.js');
}

/** Anonymous memory of a process right now, in MiB. */
export function anonymousMiB(pid: number): number {
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1]) / 1024;
}

/** Runs a task and gives the most anonymous memory the process was seen with meanwhile, in MiB above what it had before. */
export async function memoryRise(pid: number, task: () => Promise<unknown>): Promise<number> {
  const before = anonymousMiB(pid);
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, anonymousMiB(pid));
  }, 10);
  try {
    await task();
  } finally {
    clearInterval(timer);
  }
  return most - before;
}

/** How often a call failed for a reason, as the program counts it. */
export function failures(exposition: Exposition, call: FakeCall, reason: string): number {
  return exposition.value('exporter_engine_call_errors_total', { call, reason }) ?? 0;
}

export function errors(exposition: Exposition, collector: string): number | undefined {
  return exposition.value('exporter_scrape_errors_total', { collector });
}

/** The lines that tell of the engine's coming and going. */
export function reachabilityLines(tallyman: TallymanProcess): LogLine[] {
  return tallyman
    .logs()
    .filter(({ msg }) => msg === 'the engine answers' || msg.endsWith('trying again at each scrape'));
}

/** The names of families, without those that only say how the program itself is doing. */
export function engineFamilies(exposition: Exposition): string[] {
  return [...exposition.families.keys()].filter((name) => !/^(exporter|process|nodejs)_/.test(name));
}

/** How long a task takes, in milliseconds. */
export async function duration(task: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await task();
  return performance.now() - from;
}
