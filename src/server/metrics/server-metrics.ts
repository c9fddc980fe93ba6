import type { ServerCounters } from '../server-counters.ts';
import { createProcessCounters, type ProcessCounters } from './process-counters.ts';
import { createRuntimeMeter, type RuntimeMeter } from './runtime-families.ts';

/** What a server process measures of itself, from its creation on. */
export interface ServerMetrics {
  counters: ServerCounters;
  process: Pick<ProcessCounters, 'collectOfHosts' | 'collectOwn'>;
  runtime: Pick<RuntimeMeter, 'collect'>;
  /** Ends the measuring; can be called twice. */
  stop(): void;
}

export function createServerMetrics(): ServerMetrics {
  const { counters, ...process } = createProcessCounters();
  const runtime = createRuntimeMeter();
  return { counters, process, runtime, stop: () => runtime.stop() };
}
