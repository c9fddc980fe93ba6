import { buildInfo } from '../../base/build-info.ts';
import type { Heartbeat } from '../../protocol/frames.ts';
import { hostStatus } from '../fleet/host-status.ts';
import type { PresenceFacts } from '../fleet/presence-facts.ts';

/** A heartbeat and when it came. */
export interface Beat {
  heartbeat: Heartbeat;
  /** By the database's clock. */
  heardAt: number;
  /** Milliseconds on the monotonic clock. */
  monotonicAt: number;
  /** Seconds; undefined: not known yet. */
  roundTrip: number | undefined;
  agentVersion: string;
  certificateNotBefore: number;
  certificateNotAfter: number;
}

/** What is known after a heartbeat; of the next one it decides whether that came in time. */
export interface HeardFacts {
  facts: PresenceFacts;
  monotonicAt: number;
}

/** A heartbeat later than this many intervals after the one before was missed at least once. */
const lateIntervals = 2.5;
const goodBeatsNeeded = 2;
/** Reasons for dropped batches that are kept of one agent. */
const keptReasons = 20;

/** The facts after a heartbeat, from those before it. A heartbeat is bad when it is late, or shows anything that makes a host degraded. */
export function factsAfter(before: HeardFacts | undefined, beat: Beat, heartbeatMs: number): HeardFacts {
  const { heartbeat, heardAt, monotonicAt } = beat;
  const isLate = before !== undefined && monotonicAt - before.monotonicAt > lateIntervals * heartbeatMs;
  const { reachable, version, error } = heartbeat.engine;
  const said = {
    engineReachable: reachable,
    engineVersion: version ?? undefined,
    engineError: error ?? undefined,
    agentVersion: beat.agentVersion,
    clockSkewSeconds: (heartbeat.at + (beat.roundTrip ?? 0) * 500 - heardAt) / 1000,
    certificateNotBefore: beat.certificateNotBefore,
    certificateNotAfter: beat.certificateNotAfter,
    heartbeatMs,
    waitingBatches: heartbeat.waiting ?? 0,
    droppedByAgent: Object.fromEntries(Object.entries(heartbeat.dropped ?? {}).slice(0, keptReasons)),
  };
  // As if it had been good for long: what is left are its own reasons.
  const facts = { ...said, goodBeats: goodBeatsNeeded, wasBad: false };
  const heard = { at: heardAt, facts };
  const { status } = hostStatus({
    now: heardAt,
    heartbeatMs,
    serverVersion: buildInfo.version,
    hasJoined: true,
    heard,
  });
  const isGood = !isLate && status === 'online';
  const goodBeats = isGood ? (before?.facts.goodBeats ?? 0) + 1 : 0;
  const wasBad = !isGood || (before?.facts.wasBad === true && goodBeats < goodBeatsNeeded);
  return { facts: { ...said, goodBeats, wasBad }, monotonicAt };
}
