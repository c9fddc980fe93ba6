import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { createBackoff } from './backoff.ts';
import { splitCertificates } from './certificates.ts';
import { enroll, EnrollmentFault, joinError } from './enrollment.ts';
import { createServerRing } from './server-ring.ts';
import type { Identity } from './state/identity.ts';
import type { StateFolder } from './state/state-folder.ts';
import type { Timers } from './timers.ts';

/** The line that `tallyman host add` prints. */
export interface JoinLine {
  servers: readonly string[];
  token: string;
  fingerprint: string;
}

export interface JoinOptions {
  line: JoinLine;
  state: StateFolder;
  clock: Clock;
  timers: Timers;
  random: () => number;
  log: Log;
  signal: AbortSignal;
}

/** How long one attempt may take. */
const attemptMs = 15_000;
/** Between two rounds over all servers. */
const roundLimitMs = 60_000;

/**
 * Joins: asks the servers in turn until one gives a certificate, and keeps it. Servers that cannot be reached are asked
 * again for as long as it takes.
 * @throws TallymanError AGENT_JOIN_REFUSED or AGENT_WRONG_CA when it can never work, AGENT_DATA_UNUSABLE, or the signal's reason.
 */
export async function join(options: JoinOptions): Promise<Identity> {
  const { line, state, clock, random, log, signal } = options;
  const ring = createServerRing(line.servers, random);
  const backoff = createBackoff({ firstMs: 1000, limitMs: roundLimitMs, random });
  const key = state.joiningKey();
  for (;;) {
    let strangers = 0;
    for (let tried = 0; tried < ring.size; tried += 1, ring.advance()) {
      const server = ring.current();
      try {
        const deadline = AbortSignal.any([signal, AbortSignal.timeout(attemptMs)]);
        const reply = await enroll({ ...line, server, key, now: clock.now(), signal: deadline });
        const identity = {
          host: { id: reply.id, name: reply.name },
          servers: line.servers,
          certificate: reply.certificate,
          authorities: splitCertificates(reply.ca),
        };
        state.saveJoined(identity);
        log.info({ server, host: reply.name }, 'joined the fleet');
        return { ...identity, key };
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof EnrollmentFault)) throw error;
        if (error.kind === 'stranger') strangers += 1;
        // A token is the same at every server, but one stranger among them may just be in the way.
        if (error.kind === 'refused' || strangers === ring.size) throw joinError(error, server, line.fingerprint);
        log.warn({ server, reason: error.message }, 'could not join here; trying on');
      }
    }
    await pause(backoff.next(), options.timers, signal);
  }
}

async function pause(ms: number, timers: Timers, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const cancel = timers.after(ms, () => {
      signal.removeEventListener('abort', abort);
      resolve();
    });
    const abort = (): void => {
      cancel();
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', abort, { once: true });
  });
}
