import { isAgentTooOld } from './agent-version.ts';
import type { HostStatus, HostView } from './fleet.ts';
import type { PresenceFacts } from './presence-facts.ts';

/** A host that was not heard for this long is offline, whatever the interval of heartbeats. */
export const offlineMs = 60_000;
/** Heartbeats older than this many intervals were missed. */
const missedIntervals = 2.5;
const skewSeconds = 5;
const certificateMs = 14 * 86_400_000;
/** Of a certificate that lives less than eight weeks. An agent renews at a third: from a quarter on it has tried in vain. */
const certificateShare = 1 / 4;
const goodBeats = 2;

export const offlineReasons = ['never_joined', 'not_heard_yet', 'not_heard'] as const;
export const degradedReasons = [
  'engine_unreachable',
  'heartbeats_missed',
  'clock_skew',
  'certificate_expires',
  'agent_too_old',
  'recovering',
  'facts_unreadable',
] as const;
export type StatusReason = (typeof offlineReasons)[number] | (typeof degradedReasons)[number];

export interface StatusInput {
  /** The database's clock, Unix milliseconds; all other times are by the same clock. */
  now: number;
  /** Counts where the facts do not say which one the agent was told. */
  heartbeatMs: number;
  serverVersion: string;
  hasJoined: boolean;
  /** What a server that lives last heard of it; undefined: nothing. */
  heard: { at: number; facts: PresenceFacts | undefined } | undefined;
}

/**
 * What a host is. The first line that fits decides; degraded has all of its reasons, not only the first.
 *
 * | status   | reason              | when                                                                              |
 * | -------- | ------------------- | --------------------------------------------------------------------------------- |
 * | offline  | never_joined        | no agent has used the join command yet                                            |
 * | offline  | not_heard_yet       | no server that lives has heard it (since the servers started)                     |
 * | offline  | not_heard           | the last heartbeat is 60 s old or older                                           |
 * | degraded | engine_unreachable  | the agent says that its engine does not answer                                    |
 * | degraded | heartbeats_missed   | the last heartbeat is older than 2.5 intervals                                    |
 * | degraded | clock_skew          | the agent's clock is more than 5 s off                                            |
 * | degraded | certificate_expires | within 14 days, or within a quarter of the certificate's life where that is less   |
 * | degraded | agent_too_old       | the agent is more than one release behind the server                              |
 * | degraded | recovering          | fewer than two good heartbeats since a bad or late one, and neither of the first two |
 * | degraded | facts_unreadable    | what the server that heard it wrote down cannot be read                           |
 * | online   |                     | none of these                                                                     |
 */
export function hostStatus(input: StatusInput): { status: HostStatus; reasons: HostView['reasons'] } {
  const { now, heard } = input;
  if (!input.hasJoined) return offline('never_joined', 'no agent has joined as this host yet');
  if (heard === undefined || heard.at <= 0) {
    return offline('not_heard_yet', 'no heartbeat has arrived since the servers that live started');
  }
  const ageMs = Math.max(0, now - heard.at);
  if (ageMs >= offlineMs) return offline('not_heard', `the last heartbeat was ${seconds(ageMs)} ago`);
  const reasons: Reason[] = [];
  // Whoever asks may be a command, or a server, that was given another interval.
  const heartbeatMs = heard.facts?.heartbeatMs ?? input.heartbeatMs;
  const isLate = ageMs > missedIntervals * heartbeatMs;
  if (isLate) {
    reasons.push(['heartbeats_missed', `the last heartbeat was ${seconds(ageMs)} ago, one is due every ${seconds(heartbeatMs)}`]); // prettier-ignore
  }
  if (heard.facts === undefined) {
    reasons.push(['facts_unreadable', 'what the server that hears it wrote down of it cannot be read']);
  } else {
    reasons.push(...factReasons(heard.facts, input, isLate));
  }
  const order = (reason: Reason): number => degradedReasons.indexOf(reason[0] as (typeof degradedReasons)[number]);
  const sorted = reasons.toSorted((a, b) => order(a) - order(b)).map(([code, text]) => ({ code, text }));
  return { status: sorted.length === 0 ? 'online' : 'degraded', reasons: sorted };
}

type Reason = readonly [code: StatusReason, text: string];

function factReasons(facts: PresenceFacts, { now, serverVersion }: StatusInput, isLate: boolean): Reason[] {
  const reasons: Reason[] = [];
  const { clockSkewSeconds: skew, certificateNotAfter: notAfter } = facts;
  if (!facts.engineReachable) {
    const why = facts.engineError == null || facts.engineError === '' ? '' : `: ${facts.engineError}`;
    reasons.push(['engine_unreachable', `the Docker Engine does not answer the agent${why}`]);
  }
  if (Math.abs(skew) > skewSeconds) {
    reasons.push(['clock_skew', `the host's clock is ${Math.abs(skew).toFixed(1)} s ${skew > 0 ? 'ahead' : 'behind'}`]);
  }
  const warnMs = Math.min(certificateMs, (notAfter - (facts.certificateNotBefore ?? 0)) * certificateShare);
  if (notAfter - now <= warnMs) {
    reasons.push(['certificate_expires', `the agent's certificate ends at ${isoTime(notAfter)} and was not renewed`]);
  }
  if (isAgentTooOld(facts.agentVersion, serverVersion)) {
    const text = `the agent's version ${facts.agentVersion} is more than one release behind ${serverVersion}`;
    reasons.push(['agent_too_old', text]);
  }
  if (facts.engineReachable && !isLate && facts.wasBad && facts.goodBeats < goodBeats) {
    const text = `${String(Math.max(0, facts.goodBeats))} of ${String(goodBeats)} good heartbeats after a bad one`;
    reasons.push(['recovering', text]);
  }
  return reasons;
}

function offline(code: StatusReason, text: string): { status: HostStatus; reasons: HostView['reasons'] } {
  return { status: 'offline', reasons: [{ code, text }] };
}

function seconds(ms: number): string {
  return `${String(Math.round(ms / 100) / 10)} s`;
}

function isoTime(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? 'an unknown time' : date.toISOString();
}
