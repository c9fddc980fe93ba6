import { blockIo } from './block-io.ts';
import type { Collector } from './collector.ts';
import { counts } from './counts.ts';
import { cpu } from './cpu.ts';
import { engine } from './engine.ts';
import { limits } from './limits.ts';
import { memory } from './memory.ts';
import { network } from './network.ts';
import { pids } from './pids.ts';
import { processCollector } from './process.ts';
import { stateCollector } from './state.ts';

/** Every collector, in the order its families are printed. */
export const collectors: readonly Collector[] = [
  memory,
  cpu,
  network,
  blockIo,
  pids,
  limits,
  stateCollector,
  counts,
  engine,
  processCollector,
];

/** The switches of whole groups, beside those of the single collectors. */
export const collectorGroups = [
  { name: 'container', doc: 'everything about single containers' },
  { name: 'system', doc: 'everything about the engine as a whole' },
] as const;

/** The collectors that are switched on, by themselves and by their group; a name that is not given is on. */
export function enabledCollectors(switches: Readonly<Record<string, boolean>>): readonly Collector[] {
  return collectors.filter(({ name, group }) => switches[name] !== false && switches[group] !== false);
}
