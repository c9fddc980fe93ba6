import { encodeFrame } from '../protocol/frame-codec.ts';
import type { AgentFrame } from '../protocol/frames.ts';
import { messageBytes, queuedMessages } from '../protocol/limits.ts';
import type { OpenLink } from './connection.ts';

/** sent; full: too much waits to be written already; too_large: no message of the protocol can hold it. */
export type Sending = 'sent' | 'full' | 'too_large';

/** Numbers an agent's messages in one connection, and keeps what waits to be written within its bound. */
export interface Outbox {
  /** Builds the message only when there is room for it; one that was not sent has no number. */
  send(build: (seq: number) => AgentFrame): Sending;
}

export function createOutbox(link: Pick<OpenLink, 'send' | 'queued'>, onFull: () => void): Outbox {
  // The hello was the first.
  let seq = 1;
  return {
    send(build) {
      if (link.queued() >= queuedMessages) {
        onFull();
        return 'full';
      }
      const message = encodeFrame(build(seq + 1));
      if (message.length > messageBytes) return 'too_large';
      seq += 1;
      link.send(message);
      return 'sent';
    },
  };
}
