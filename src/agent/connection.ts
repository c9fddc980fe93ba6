import { errorText } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { closeCodes } from '../protocol/close-codes.ts';
import { decodeFrame, type WireMessage } from '../protocol/frame-codec.ts';
import { serverFrameSchema, type ServerFrame, type Welcome } from '../protocol/frames.ts';
import { createBackoff } from './backoff.ts';
import { mayFollow, type Phase } from './connection-phase.ts';
import type { Dial, Link, LinkEnd } from './link.ts';
import { createPartings } from './partings.ts';
import { consequenceOf } from './reconnect-policy.ts';
import { createServerRing, type ServerRing } from './server-ring.ts';
import type { Timers } from './timers.ts';

/** What is said in one connection after the welcome. */
export interface Conversation {
  receive(frame: ServerFrame): void;
  /** The connection is over; `end` says why. */
  end(end: LinkEnd): void;
}

/** A conversation's hold on its connection. */
export interface OpenLink extends Pick<Link, 'send' | 'queued'> {
  /** The server has shown that it hears: the next attempt, when it comes, comes soon. */
  prove(): void;
  /** Breaks the connection off, for a reason; another one follows. */
  abandon(reason: string): void;
  /** Ends the connection in order; another one follows at once. */
  renew(reason: string): void;
}

export interface ConnectionOptions {
  dial: Dial;
  servers: readonly string[];
  /** The first message of a connection. */
  hello: () => WireMessage;
  converse: (welcome: Welcome, link: OpenLink) => Conversation;
  /** The server says that this agent is no host any more. */
  onRevoked: (reason: string) => void;
  timers: Timers;
  random: () => number;
  log: Log;
}

export interface Connection {
  phase(): Phase;
  /** Connections after the first. */
  reconnects(): number;
  start(): void;
  /** Ends it; resolves when nothing runs any more, within the time. */
  stop(deadlineMs: number): Promise<void>;
}

/** From dialling to the opened WebSocket, and from there to the welcome. */
const dialMs = 15_000;
const greetingMs = 15_000;
const firstRetryMs = 1000;
const retryLimitMs = 60_000;

/** RFC 6455: an ordinary end. */
const normalClosure = 1000;

const serverTypes: ReadonlySet<string> = new Set(
  serverFrameSchema.options.map((option) => option.shape.type.value as string),
);

/** Keeps one connection to one of the servers, and makes a new one when it ends. The phases are in connection-phase.ts. */
export function createConnection(options: ConnectionOptions): Connection {
  const { dial, timers, random, log } = options;
  const ring: ServerRing = createServerRing(options.servers, random);
  const backoff = createBackoff({ firstMs: firstRetryMs, limitMs: retryLimitMs, random });
  let phase: Phase = 'disconnected';
  let link: Link | undefined;
  let conversation: Conversation | undefined;
  let opened = 0;
  let cancelTimer = (): void => undefined;
  const partings = createPartings(timers);

  const enter = (to: Phase): void => {
    if (!mayFollow(phase, to)) throw new Error(`a connection does not go from ${phase} to ${to}`);
    phase = to;
    cancelTimer();
    cancelTimer = () => undefined;
  };

  const connect = (): void => {
    enter('connecting');
    const server = ring.current();
    let mine: Link | undefined;
    const isMine = (): boolean => link === mine;
    const openTimer = (ms: number, what: string): void => {
      cancelTimer = timers.after(ms, () => abandon(what));
    };
    openTimer(dialMs, 'it could not be reached in time');
    try {
      mine = dial(server, {
        onOpen() {
          if (!isMine()) return;
          enter('greeting');
          openTimer(greetingMs, 'it gave no welcome');
          link?.send(options.hello());
        },
        onMessage: (message) => {
          if (isMine()) hear(server, message);
        },
        onEnd: (end) => {
          if (isMine()) over(server, end);
          else if (mine !== undefined) partings.ended(mine);
        },
      });
      link = mine;
    } catch (error) {
      over(server, { code: abnormalClosure, reason: errorText(error) });
    }
  };

  const hear = (server: string, message: WireMessage): void => {
    try {
      const frame = decodeFrame(serverFrameSchema, serverTypes, message);
      if (frame === undefined) return;
      if (phase === 'open') conversation?.receive(frame);
      else if (phase === 'greeting' && frame.type === 'welcome') open(server, frame);
      else throw new Error(`${frame.type} before the welcome`);
    } catch (error) {
      const reason = `the server sent what the protocol does not know: ${errorText(error)}`;
      if (link !== undefined) partings.begin(link, closeCodes.violation, 'not the protocol');
      over(server, { code: abnormalClosure, reason });
    }
  };

  const open = (server: string, welcome: Welcome): void => {
    enter('open');
    opened += 1;
    const current = link;
    const ifCurrent = (task: () => void): void => {
      if (current !== undefined && link === current && phase === 'open') task();
    };
    log.info({ server, host: welcome.host, version: welcome.version }, 'connected to the fleet');
    conversation = options.converse(welcome, {
      send: (message) => ifCurrent(() => current?.send(message)),
      queued: () => current?.queued() ?? 0,
      prove: () => ifCurrent(() => backoff.reset()),
      abandon: (reason) => ifCurrent(() => abandon(reason)),
      renew: (reason) =>
        ifCurrent(() => {
          if (current !== undefined) partings.begin(current, normalClosure, reason);
          finish({ code: normalClosure, reason });
          wait(0);
        }),
    });
  };

  /** Does not wait for the other side: a peer that is dead does not answer. */
  const abandon = (reason: string): void => {
    const server = ring.current();
    const lost = link;
    over(server, { code: abnormalClosure, reason });
    lost?.destroy();
  };

  const over = (server: string, end: LinkEnd): void => {
    finish(end);
    const consequence = consequenceOf(end, backoff, random);
    if (consequence.kind === 'give-up') {
      enter('disconnected');
      options.onRevoked(end.reason);
      return;
    }
    const { level, afterMs, advice } = consequence;
    const text = advice === undefined ? '' : `: ${advice}`;
    log[level]({ server, reason: end.reason, retry_ms: afterMs }, `no connection to the fleet${text}`);
    ring.advance();
    wait(afterMs);
  };

  const finish = (end: LinkEnd): void => {
    const ended = conversation;
    link = undefined;
    conversation = undefined;
    ended?.end(end);
  };

  const wait = (ms: number): void => {
    enter('waiting');
    cancelTimer = timers.after(ms, connect);
  };

  return {
    phase: () => phase,
    reconnects: () => Math.max(0, opened - 1),
    start() {
      if (phase === 'disconnected') connect();
    },
    async stop(deadlineMs) {
      if (phase === 'disconnected') return partings.over(deadlineMs);
      if (link !== undefined) partings.begin(link, normalClosure, 'the agent stops');
      finish({ code: normalClosure, reason: 'the agent stops' });
      enter('disconnected');
      await partings.over(deadlineMs);
    },
  };
}

/** RFC 6455: it ended without a close frame. */
const abnormalClosure = 1006;
