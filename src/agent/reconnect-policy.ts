import { closeCodes, type CloseReason } from '../protocol/close-codes.ts';
import type { Backoff } from './backoff.ts';
import type { LinkEnd } from './link.ts';

/** What follows the end of a connection. */
export type Consequence =
  /** Another attempt, at the next server, after this time. */
  | { kind: 'retry'; afterMs: number; level: 'info' | 'warn' | 'error'; advice?: string }
  /** There is no use in coming again. */
  | { kind: 'give-up' };

/** Nothing that changes by itself within seconds: an agent that is too old, or a second one with the same identity. */
const long = { fromMs: 30_000, toMs: 60_000 };
/** The agents of a server that stops do not all reach the others at the same moment. */
const goingMs = 1000;

const reasons = new Map(Object.entries(closeCodes).map(([name, code]) => [code as number, name as CloseReason]));

/** Why the server ended the connection, where it gave one of the protocol's codes. */
export function closeReason({ code }: LinkEnd): CloseReason | undefined {
  return reasons.get(code);
}

/** Denials after which there is no use in coming again; others may come of a clock that is wrong, or a server's trouble. */
const finalDenials: ReadonlySet<string> = new Set(['CONNECT_REVOKED', 'CONNECT_HOST_REMOVED']);
const refusedAdvice = 'if it lasts, empty the data folder and join again with a new line of `tallyman host join-token`';

function isFinal(end: LinkEnd): boolean {
  return closeReason(end) === 'revoked' || (end.denial !== undefined && finalDenials.has(end.denial));
}

/** What an agent does when a connection has ended. */
export function consequenceOf(end: LinkEnd, backoff: Backoff, random: () => number): Consequence {
  const longMs = Math.round(long.fromMs + random() * (long.toMs - long.fromMs));
  if (isFinal(end)) return { kind: 'give-up' };
  if (end.denial !== undefined) return { kind: 'retry', afterMs: longMs, level: 'error', advice: refusedAdvice };
  switch (closeReason(end)) {
    case 'version':
      return { kind: 'retry', afterMs: longMs, level: 'error', advice: 'install the version that the server has' };
    case 'replaced':
      return {
        kind: 'retry',
        afterMs: longMs,
        level: 'warn',
        advice: 'if it happens again, two agents have copies of one data folder: join one of them as a host of its own',
      };
    case 'going':
      return { kind: 'retry', afterMs: Math.round(random() * goingMs), level: 'info' };
    default:
      return { kind: 'retry', afterMs: backoff.next(), level: 'warn' };
  }
}
