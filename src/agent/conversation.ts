import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { EngineHealth } from '../docker/observer.ts';
import type { ServerFrame, Welcome } from '../protocol/frames.ts';
import type { PlainBatch } from './batch.ts';
import type { KeptBatch } from './batch-store.ts';
import type { Conversation, OpenLink } from './connection.ts';
import type { Delivery } from './delivery.ts';
import { createHeartbeats, type BeatFacts } from './heartbeats.ts';
import type { InventoryReading } from './inventory-watch.ts';
import { createOutbox } from './outbox.ts';
import { closeReason } from './reconnect-policy.ts';
import { createRequests } from './requests.ts';
import type { Timers } from './timers.ts';

export interface ConversationOptions {
  welcome: Welcome;
  link: OpenLink;
  delivery: Delivery;
  health: (signal: AbortSignal) => Promise<EngineHealth>;
  facts: () => BeatFacts;
  /** The server heard a heartbeat; with the names of the labels that it wants to know of containers, where it says so. */
  onHeard: (labels: readonly string[] | undefined) => void;
  /** The server asks for a new certificate. */
  onRenew: () => void;
  /** A message found no room in what waits to be written. */
  onFull: () => void;
  clock: Clock;
  timers: Timers;
  log: Log;
}

/** Everything an agent says in one connection. */
export interface AgentConversation extends Conversation {
  offer(kept: KeptBatch, batch: PlainBatch): void;
  /** Sends it, if it is other than what was sent last. */
  tell(reading: InventoryReading): void;
  /** Looks at the engine, and says so at once if it has gone or come back. */
  doubt(): void;
  /** Asks for a certificate; gives it with its chain, PEM. Rejects when the server refuses, or says nothing in time. */
  renew: (csr: string) => Promise<string>;
}

export function createConversation(options: ConversationOptions): AgentConversation {
  const { welcome, link, timers, log } = options;
  const outbox = createOutbox(link, options.onFull);
  const requests = createRequests({ outbox, timers });
  const delivery = options.delivery.connect(outbox);
  const heartbeats = createHeartbeats({
    ...options,
    outbox,
    intervalMs: welcome.heartbeatMs,
    onSilence: (ms) => link.abandon(`nothing was heard from the server for ${String(Math.round(ms / 1000))} s`),
    onBeat: () => delivery.pump(),
  });
  let told: string | undefined;
  heartbeats.start();

  const receive = (frame: ServerFrame): void => {
    switch (frame.type) {
      case 'heard':
        heartbeats.heard();
        link.prove();
        options.onHeard(frame.labels ?? undefined);
        return;
      case 'stored':
        delivery.onStored(frame.batch);
        return;
      case 'rejected':
        log.warn({ batch: frame.batch, reason: frame.reason }, 'the server does not take a batch of samples');
        delivery.onRejected(frame.batch);
        return;
      case 'reply':
        requests.answer(frame);
        return;
      case 'renew':
        options.onRenew();
        return;
      case 'welcome':
        throw new Error('a second welcome');
    }
  };

  return {
    receive,
    offer: (kept, batch) => delivery.offer(kept, batch),
    tell({ containers, text, at }) {
      if (text === told) return;
      const sent = outbox.send((seq) => ({ type: 'inventory', seq, at, containers: [...containers] }));
      if (sent === 'sent') told = text;
      if (sent === 'too_large') {
        told = text;
        log.error({ containers: containers.length }, 'the inventory is larger than a message may be');
      }
    },
    doubt: () => heartbeats.doubt(),
    renew: (csr) => requests.renew(csr),
    end(end) {
      heartbeats.stop();
      requests.stop(end.reason);
      delivery.end(closeReason(end) === 'violation');
    },
  };
}
