import type { WireMessage } from '../protocol/frame-codec.ts';

/** Why a connection is over. */
export interface LinkEnd {
  /** The WebSocket close code the server gave, or 1006 where there was none. */
  code: number;
  /** In words, for the log. */
  reason: string;
  /** The code of docs/errors.md by which the server refused to open the connection. */
  denial?: string | undefined;
}

export interface LinkEvents {
  onOpen(): void;
  onMessage(message: WireMessage): void;
  /** Once, and nothing after it. */
  onEnd(end: LinkEnd): void;
}

/** One connection to a server, as what is above it sees it. After `close` and `destroy` no event comes but the end. */
export interface Link {
  send(message: WireMessage): void;
  /** Messages that are still to be written to the network. */
  queued(): number;
  /** Says goodbye; the end comes when the server has answered. */
  close(code: number, reason: string): void;
  /** Breaks it off; the end comes soon. */
  destroy(): void;
}

/** Begins a connection to `https://host:port`. Never throws. */
export type Dial = (server: string, events: LinkEvents) => Link;
