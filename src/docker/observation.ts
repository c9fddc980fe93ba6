import type { CountedObject } from './object-counts.ts';
import type { ContainerInspect, ContainerStats } from './schemas.ts';
import type { StatusFacts } from './status-text.ts';

/** What the engine said about one container in one observation. */
export interface ObservedContainer {
  /** The full id, 64 hexadecimal characters on Docker. */
  id: string;
  /** Its own name without the leading slash. */
  name: string;
  /** As the list says it, never rewritten. */
  image: string;
  labels: Readonly<Record<string, string>>;
  /** The state word; empty where the engine gives none. */
  state: string;
  status: StatusFacts;
  /** Only of running and paused containers, and only when the engine gave them in time. */
  stats?: ContainerStats | undefined;
  inspect?: ContainerInspect | undefined;
}

export interface EngineFacts {
  version: string;
  apiVersion: string;
  os: string;
  arch: string;
  kernel: string;
}

/** How many containers the engine has, filtered ones too. Stopped is whatever is neither running nor paused. */
export interface StateCounts {
  running: number;
  paused: number;
  stopped: number;
}

/** What the engine said at one moment. What it did not say is missing. */
export interface Observation {
  /** Unix time in milliseconds at which the list was answered, or given up. */
  at: number;
  /** Whether the container list was answered and readable; without it nothing else is known. */
  isListed: boolean;
  containers: readonly ObservedContainer[];
  states?: StateCounts | undefined;
  counts: Partial<Record<CountedObject, number>>;
  engine?: EngineFacts | undefined;
  /** Failures of this observation, by the group they belong to. */
  errors: { container: number; system: number };
  /** Seconds spent asking, by group. */
  seconds: { container: number; system: number };
}

/** Which answers are wanted: what no collector reads is not asked for. */
export interface ObservationNeeds {
  stats: boolean;
  inspect: boolean;
  counts: boolean;
  version: boolean;
}
