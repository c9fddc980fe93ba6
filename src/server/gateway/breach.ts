import type { CloseReason } from '../../protocol/close-codes.ts';
import type { Refusal } from './refusals.ts';

/** What an agent did that ends its connection. The message is for the log and the agent. */
export class Breach extends Error {
  readonly reason: CloseReason;
  readonly refusal: Refusal;

  constructor(refusal: Refusal, message: string, reason: CloseReason = 'violation', cause?: unknown) {
    // What it quotes may be as long as a message.
    super(message.slice(0, 300), { cause });
    this.name = 'Breach';
    this.reason = reason;
    this.refusal = refusal;
  }
}
