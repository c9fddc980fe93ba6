import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { ServerCounters } from '../server-counters.ts';

/** Why agents, or who claims to be one, are turned away: the reasons in `tallyman_agent_refusals_total`. */
export type Refusal =
  | 'handshake'
  | 'too_many_connections'
  | 'bad_request'
  | 'oversized'
  | 'rate_limited'
  | 'token_unknown'
  | 'token_used'
  | 'token_expired'
  | 'bad_certificate_request'
  | 'no_certificate'
  | 'foreign_certificate'
  | 'expired_certificate'
  | 'wrong_purpose'
  | 'unknown_certificate'
  | 'revoked'
  | 'removed'
  | 'version'
  | 'forged'
  | 'replay'
  | 'sequence'
  | 'unknown_label_sets'
  | 'too_many_label_sets'
  | 'flood'
  | 'silent'
  | 'unavailable';

export interface Refusals {
  /** Counts each; logs the same reason of the same address once a minute at most. `detail` holds no secret. */
  add(reason: Refusal, address: string, detail: string, host?: string): void;
}

const logEveryMs = 60_000;
const rememberedSubjects = 1000;

export function createRefusals(options: { counters: ServerCounters; clock: Clock; log: Log }): Refusals {
  const { counters, clock, log } = options;
  const logged = new Map<string, number>();
  return {
    add(reason, address, detail, host) {
      counters.refused(reason);
      const subject = `${reason} ${address}`;
      const now = clock.monotonic();
      if (now - (logged.get(subject) ?? Number.NEGATIVE_INFINITY) < logEveryMs) return;
      // The map is in the order of the last log lines: the first one is the oldest.
      logged.delete(subject);
      for (const oldest of logged.keys()) {
        if (logged.size < rememberedSubjects) break;
        logged.delete(oldest);
      }
      logged.set(subject, now);
      log.warn(
        { reason, remoteAddress: address, ...(host === undefined ? {} : { host }) },
        `an agent was refused: ${detail}`,
      );
    },
  };
}
