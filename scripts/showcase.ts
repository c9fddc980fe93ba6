import { createServer } from 'node:net';
import type { BackgroundProcess } from '../test/support/background-process.ts';
import { findFreePort } from '../test/support/free-port.ts';
import { httpGet } from '../test/support/http-get.ts';
import { waitFor } from '../test/support/wait-for.ts';

/** What a script has that shows Tallyman at work until it is told to end. */
export interface Showcase {
  /** Done in reverse order at the end, whatever happened. */
  cleanups: (() => unknown)[];
  /** Ctrl-C, SIGTERM, the terminal going away, or the end of --seconds. */
  stopped: Promise<void>;
}

/** Runs a showcase; its result is the exit code. Everything is cleaned up at the end, also after a fault. */
export async function runShowcase(name: string, main: (showcase: Showcase) => Promise<number>): Promise<void> {
  const cleanups: (() => unknown)[] = [];
  try {
    process.exitCode = await main({ cleanups, stopped: stopSignal() });
  } catch (error) {
    console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  } finally {
    console.log('Cleaning up ...');
    for (const cleanup of cleanups.toReversed()) await cleanup();
  }
}

/** The usual port, or a free one where that is taken. */
export async function portNear(usual: number): Promise<number> {
  const isFree = await new Promise<boolean>((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(usual, '127.0.0.1', () => server.close(() => resolve(true)));
  });
  return isFree ? usual : findFreePort();
}

/** Waits until the URL answers 200; throws what the program said when it ends before. */
export async function answers(what: string, child: BackgroundProcess, url: string): Promise<void> {
  await waitFor(`${what} to answer`, async () => {
    if (!child.isRunning()) throw new Error(child.output());
    return (await httpGet(url)).status === 200;
  });
}

function stopSignal(): Promise<void> {
  const [, flag, seconds] = process.argv.slice(1);
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
    if (flag === '--seconds') setTimeout(resolve, Number(seconds) * 1000);
  });
}
