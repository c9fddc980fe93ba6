import { setTimeout as sleep } from 'node:timers/promises';
import { cpuMs } from '../cpu-time.ts';
import { startExporter } from '../exporter-process.ts';
import type { Figure } from '../figure.ts';
import type { LiveEngine } from '../live-engine.ts';
import type { BenchContext, Part } from '../part.ts';

/** One millisecond in a second: less is lost in what a runtime's own timers take. */
const mostPercent = 0.1;

export const idle: Part = {
  name: 'idle',
  title: 'Between scrapes, Docker 28',
  requirements: ['28'],
  measure,
};

async function* measure(context: BenchContext): AsyncIterable<Figure> {
  const engine = await context.engine('28');
  const forMs = context.quick ? 5000 : 30_000;
  const alone = await watch(engine, forMs);
  await using exporter = await startExporter({ socketPath: engine.socketPath });
  await sleep(2000); // what the last scrape left to collect is the scrape's
  const watched = await watch(engine, forMs, exporter.pid);
  yield { what: "the exporter's CPU", value: watched.own, unit: 'percent', atMost: mostPercent };
  const beyond = Math.max(0, watched.engine - alone.engine);
  const detail = `${alone.engine.toFixed(2)} % alone, ${watched.engine.toFixed(2)} % beside the exporter`;
  yield { what: "dockerd's and containerd's CPU for it", value: beyond, unit: 'percent', atMost: mostPercent, detail };
}

/** Shares of one CPU, in percent. */
async function watch(engine: LiveEngine, forMs: number, pid?: number): Promise<{ own: number; engine: number }> {
  const ownMs = (): number => (pid === undefined ? 0 : cpuMs([pid]));
  const [own, engineBefore] = [ownMs(), engine.daemonsMs()];
  await sleep(forMs);
  return { own: ((ownMs() - own) / forMs) * 100, engine: ((engine.daemonsMs() - engineBefore) / forMs) * 100 };
}
