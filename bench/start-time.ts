import { setTimeout as sleep } from 'node:timers/promises';
import { spawnExporter } from './exporter-process.ts';

/** How often a starting program is asked whether it answers yet. */
const pollMs = 2;

/** Starts bin/tallyman and gives the time until `path` is answered, in milliseconds. */
export async function measureStart(socketPath: string, path: string): Promise<number> {
  const from = performance.now();
  await using exporter = await spawnExporter({ socketPath });
  for (;;) {
    try {
      await exporter.get(path);
      return performance.now() - from;
    } catch (error) {
      if (!exporter.isRunning()) throw new Error(`the exporter ended: ${exporter.output().trim()}`, { cause: error });
      if (performance.now() - from > 30_000) throw new Error('the exporter does not answer', { cause: error });
      await sleep(pollMs);
    }
  }
}
