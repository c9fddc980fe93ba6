import type { SamplesFrame } from '../../protocol/frames.ts';
import { keptMs } from '../../protocol/limits.ts';
import type { SampleBatch, SampleFamily } from '../samples/sample-batch.ts';
import { agentMetrics } from '../samples/agent-metrics.ts';
import type { LabelTable } from './label-table.ts';

export interface BatchTimes {
  /** By the database's clock. */
  now: number;
  /** The agent's clock less the database's, in milliseconds. */
  skewMs: number;
  sampleMs: number;
}

export interface IncomingBatch {
  batch: SampleBatch;
  isLate: boolean;
  /** Samples left out, by reason. */
  dropped: ReadonlyMap<DropReason, number>;
}

/** Why samples are left out: the reasons in `tallyman_agent_samples_dropped_total`. */
export type DropReason = 'unknown_metric' | 'bad_labels' | 'duplicate_series' | 'too_old' | 'future';

/** What agents keep for an hour may take a while to be delivered. */
const oldestMs = keptMs + 10 * 60_000;
/** A batch taken this many intervals before it came is late; one this far in the future is taken as of now. */
const lateIntervals = 2;

/** Names the label sets of a frame and takes its samples apart. Throws a Breach for what no agent of ours would send. */
export function readBatch(
  frame: SamplesFrame,
  table: LabelTable,
  times: BatchTimes,
): IncomingBatch | 'too_old' | 'future' {
  for (const [ref, text] of frame.labels) table.name(ref, text);
  const dropped = new Map<DropReason, number>();
  const drop = (reason: DropReason, count: number): void => {
    if (count > 0) dropped.set(reason, (dropped.get(reason) ?? 0) + count);
  };
  const families = new Map<string, SampleFamily>();
  for (const { name, refs, values } of frame.families) {
    const sets = refs.map((ref) => table.get(ref));
    if (!agentMetrics.has(name)) drop('unknown_metric', sets.length);
    else if (families.has(name)) drop('duplicate_series', sets.length);
    else families.set(name, readFamily(name, sets, values, drop));
  }
  const at = Math.round(frame.at - times.skewMs);
  const tolerance = lateIntervals * times.sampleMs;
  if (at < times.now - oldestMs) return 'too_old';
  if (at > times.now + tolerance) return 'future';
  const batch = { at: Math.min(at, Math.floor(times.now)), families: [...families.values()] };
  return { batch, isLate: times.now - at > tolerance, dropped };
}

function readFamily(
  name: string,
  sets: readonly ReturnType<LabelTable['get']>[],
  values: readonly number[],
  drop: (reason: DropReason, count: number) => void,
): SampleFamily {
  const seen = new Set<string>();
  const labels: string[] = [];
  const kept: number[] = [];
  for (const [at, set] of sets.entries()) {
    if (set === undefined) drop('bad_labels', 1);
    else if (seen.has(set.key)) drop('duplicate_series', 1);
    else {
      seen.add(set.key);
      labels.push(set.text);
      kept.push(values[at] ?? 0);
    }
  }
  return { name, labels, values: kept };
}

/** How many samples a frame holds. */
export function sampleCount(frame: SamplesFrame): number {
  return frame.families.reduce((sum, { values }) => sum + values.length, 0);
}
