import type { EngineVersion } from '../test/support/engine-versions.ts';
import type { Requirement } from '../test/support/requirements.ts';
import type { Figure } from './figure.ts';
import type { LiveEngine } from './live-engine.ts';

export interface BenchContext {
  /** How many containers the live engines run. */
  readonly containers: number;
  /** Fewer repetitions, for trying out: the numbers are then no more than a hint. */
  readonly quick: boolean;
  /** The engine of that version, shared by all parts that ask for it. */
  engine(version: EngineVersion): Promise<LiveEngine>;
}

/** One thing to measure; it starts and stops whatever it needs beside the shared engines. */
export interface Part {
  name: string;
  title: string;
  /** What has to be there; without it the part is skipped. */
  requirements: readonly Requirement[];
  /** Yields each figure as soon as it is known. */
  measure(context: BenchContext): AsyncIterable<Figure>;
}
