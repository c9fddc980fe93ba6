import type { Heartbeat } from '../../protocol/frames.ts';
import { factsAfter, type Beat, type HeardFacts } from './beat-facts.ts';
import type { PresenceWriter } from './presence-writer.ts';

/** What the heartbeats of one connection say, from one to the next, and its way to the presences. */
export interface BeatRecord {
  /** Returns when it was heard, by the database's clock. */
  take(heartbeat: Heartbeat, certificate: { notBefore: number; notAfter: number }): number;
  /** The agent's clock less the database's, in milliseconds; undefined before the first heartbeat. */
  skewMs(): number | undefined;
}

export interface BeatRecordOptions {
  presences: PresenceWriter;
  hostId: string;
  instanceId: string;
  connectionId: string;
  connectedAt: number;
  agentVersion: string;
  heartbeatMs: number;
  databaseNow: () => number;
  monotonic: () => number;
  /** Seconds. */
  roundTrip: () => number | undefined;
}

export function createBeatRecord(options: BeatRecordOptions): BeatRecord {
  const { hostId, instanceId, connectionId, connectedAt } = options;
  let heard: HeardFacts | undefined;
  return {
    take(heartbeat, { notBefore, notAfter }) {
      const beat: Beat = {
        heartbeat,
        heardAt: options.databaseNow(),
        monotonicAt: options.monotonic(),
        roundTrip: options.roundTrip(),
        agentVersion: options.agentVersion,
        certificateNotBefore: notBefore,
        certificateNotAfter: notAfter,
      };
      const isFirst = heard === undefined;
      heard = factsAfter(heard, beat, options.heartbeatMs);
      const heardAt = Math.round(beat.heardAt);
      const facts = JSON.stringify(heard.facts);
      options.presences.offer({ hostId, instanceId, connectionId, connectedAt, heardAt, facts }, isFirst);
      return heardAt;
    },
    skewMs: () => heard && heard.facts.clockSkewSeconds * 1000,
  };
}
