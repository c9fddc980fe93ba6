import type { RawData, WebSocket } from 'ws';
import type { Clock } from '../../base/clock.ts';
import { closeCodes, type CloseReason } from '../../protocol/close-codes.ts';
import { encodeFrame, FrameFault, openMessage, type WireMessage } from '../../protocol/frame-codec.ts';
import type { ServerFrame } from '../../protocol/frames.ts';
import { queuedMessages } from '../../protocol/limits.ts';
import { Breach } from './breach.ts';
import { answersWaiting, closeMs, inboxMessages, messagePrice, messagesPerTurn, sendable } from './gateway-limits.ts';
import { createMeter } from './meter.ts';

/** One agent's WebSocket: messages in their order and no faster than they are dealt with, answers within bounds. */
export interface AgentSocket {
  send(frame: ServerFrame): void;
  /** Nothing more is read until the function that is returned is called. */
  hold(): () => void;
  /** Ends the connection: no message is taken from now on. Can be called again. */
  end(reason: CloseReason, detail: string): void;
  /** A message of the WebSocket protocol itself: it has its price too. */
  charge(): void;
  isEnded(): boolean;
}

export interface AgentSocketEvents {
  /** The text of a message. May throw a Breach. */
  onMessage(text: string): void;
  /** Before the connection is ended for it. */
  onBreach(breach: Breach): void;
  /** It sends more than its share and has to wait; once until it is back within it. */
  onThrottled(): void;
}

export function createAgentSocket(ws: WebSocket, clock: Clock, events: AgentSocketEvents): AgentSocket {
  const inbox: WireMessage[] = [];
  const meter = createMeter(sendable, () => clock.monotonic());
  let isEnded = false;
  let holds = 0;
  let unsent = 0;
  /** Set while reading goes on later by itself. */
  let later: NodeJS.Timeout | undefined;
  let isThrottled = false;

  const isBlocked = (): boolean => isEnded || holds > 0 || unsent > answersWaiting || later !== undefined;

  const goOnAfter = (ms: number): void => {
    later ??= setTimeout(() => {
      later = undefined;
      work();
    }, ms);
  };

  const admit = (): boolean => {
    const waitMs = meter.waitMs();
    if (waitMs === 0) {
      isThrottled = false;
      return true;
    }
    if (!isThrottled) events.onThrottled();
    isThrottled = true;
    goOnAfter(Math.ceil(waitMs));
    return false;
  };

  const take = (message: WireMessage): void => {
    try {
      const text = openMessage(message);
      meter.charge(text.length + messagePrice);
      events.onMessage(text);
    } catch (error) {
      breach(error instanceof FrameFault ? new Breach(isBomb(error) ? 'oversized' : 'forged', error.message) : error);
    }
  };

  const breach = (error: unknown): void => {
    const known =
      error instanceof Breach ? error : new Breach('forged', 'a message could not be read', 'violation', error);
    if (isEnded) return;
    events.onBreach(known);
    end(known.reason, known.message);
  };

  const work = (): void => {
    let taken = 0;
    while (!isBlocked() && inbox.length > 0) {
      taken += 1;
      if (taken > messagesPerTurn) goOnAfter(0);
      else if (admit()) take(inbox.shift() ?? '');
    }
    if (isEnded) return;
    if (isBlocked()) ws.pause();
    else ws.resume();
  };

  const end = (reason: CloseReason, detail: string): void => {
    if (isEnded) return;
    isEnded = true;
    inbox.length = 0;
    clearTimeout(later);
    // The other side's goodbye is still to be read.
    ws.resume();
    ws.close(closeCodes[reason], shortened(detail));
    closeInTime();
  };

  const closeInTime = (): void => {
    const timer = setTimeout(() => ws.terminate(), closeMs);
    ws.once('close', () => clearTimeout(timer));
  };

  ws.on('message', (data, isBinary) => {
    if (isEnded) return;
    inbox.push(isBinary ? bytesOf(data) : textOf(data));
    if (inbox.length > inboxMessages) breach(new Breach('flood', 'too many messages at once'));
    else work();
  });
  // The library itself closes what breaks the WebSocket protocol, or its limits; other errors are the network's.
  ws.on('error', (error) => {
    const code = 'code' in error ? String(error.code) : '';
    if (isEnded || !code.startsWith('WS_ERR_')) return;
    const isLarge = code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';
    events.onBreach(isLarge ? new Breach('oversized', 'a message is too large') : new Breach('forged', error.message));
    isEnded = true;
    clearTimeout(later);
    closeInTime();
  });
  ws.on('close', () => {
    isEnded = true;
    inbox.length = 0;
    clearTimeout(later);
  });

  return {
    send(frame) {
      if (isEnded) return;
      unsent += 1;
      ws.send(encodeFrame(frame), () => {
        unsent -= 1;
        if (!isEnded) work();
      });
      // What answers to messages cannot reach: reading stops long before.
      if (unsent > queuedMessages) breach(new Breach('flood', 'answers are not read', 'silent'));
    },
    hold() {
      holds += 1;
      let isHeld = true;
      return () => {
        if (isHeld) holds -= 1;
        isHeld = false;
        if (!isEnded) work();
      };
    },
    end,
    charge() {
      meter.charge(messagePrice);
      if (!isEnded && !admit()) ws.pause();
    },
    isEnded: () => isEnded,
  };
}

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}

function textOf(data: RawData): string {
  return Buffer.from(bytesOf(data)).toString('utf8');
}

/** Inflating ended because there was too much. */
function isBomb({ cause }: FrameFault): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE';
}

/** A close frame's reason has at most 123 bytes. */
function shortened(text: string): string {
  const bytes = Buffer.from(text);
  return bytes.length <= 123
    ? text
    : bytes
        .subarray(0, 120)
        .toString('utf8')
        .replace(/\uFFFD*$/, '');
}
