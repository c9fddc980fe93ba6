import type { Clock } from '../base/clock.ts';
import { unpackBatch, type PlainBatch } from './batch.ts';
import type { BatchStore, KeptBatch } from './batch-store.ts';
import type { DropCounts } from './drop-counts.ts';
import { createLabelNumbers } from './label-numbers.ts';
import type { Outbox } from './outbox.ts';

/** How many batches may be on their way at once: old ones are delivered one after the other, beside those of now. */
const window = { old: 4, live: 4 };
/** A server that has neither stored nor rejected a batch after this time gets it again. */
const answerMs = 30_000;
/** A batch that was on its way each time when the server ended the connection for a violation is given up. */
const mostViolations = 3;

export interface DeliveryOptions {
  store: BatchStore;
  drops: DropCounts;
  clock: Clock;
  onStored: () => void;
}

/** Brings batches to a server, and forgets one only when the server has answered for it. */
export interface Delivery {
  /** In a new connection everything unanswered is sent again, oldest first. */
  connect(outbox: Outbox): DeliveryInConnection;
}

export interface DeliveryInConnection {
  /** A batch of now, already in the store. */
  offer(kept: KeptBatch, batch: PlainBatch): void;
  onStored(number: number): void;
  onRejected(number: number): void;
  /** Called from time to time: sends what has waited too long for an answer, and what there was no room for. */
  pump(): void;
  end(isViolation: boolean): void;
}

export function createDelivery({ store, drops, clock, onStored }: DeliveryOptions): Delivery {
  const violations = new Map<number, number>();

  const suspect = (number: number): void => {
    const count = (violations.get(number) ?? 0) + 1;
    violations.set(number, count);
    if (count < mostViolations) return;
    violations.delete(number);
    if (store.forget(number)) drops.add('violation');
  };

  return {
    connect(outbox) {
      const underWay = new Map<number, { kind: keyof typeof window; since: number }>();
      let labels = createLabelNumbers();
      let isOver = false;

      const inWindow = (kind: keyof typeof window): number =>
        [...underWay.values()].filter((one) => one.kind === kind).length;

      const send = ({ number, at }: KeptBatch, batch: PlainBatch, kind: keyof typeof window): boolean => {
        const sent = outbox.send((seq) => ({ type: 'samples', seq, batch: number, at, ...labels.write(batch) }));
        if (sent === 'sent') underWay.set(number, { kind, since: clock.monotonic() });
        if (sent === 'too_large') {
          // What it would have named, the server does not know.
          labels = createLabelNumbers();
          store.forget(number);
          drops.add('too_large');
        }
        return sent !== 'full';
      };

      const pump = (): void => {
        if (isOver) return;
        const givenUp = clock.monotonic() - answerMs;
        for (const [number, { since }] of underWay) {
          if (since <= givenUp || !store.has(number)) underWay.delete(number);
        }
        for (const kept of store.all()) {
          if (inWindow('old') >= window.old) return;
          if (!underWay.has(kept.number) && !send(kept, unpackBatch(kept.packed), 'old')) return;
        }
      };

      const answered = (number: number): boolean => {
        underWay.delete(number);
        violations.delete(number);
        return store.forget(number);
      };

      store.expire();
      pump();
      return {
        offer(kept, batch) {
          if (!isOver && inWindow('live') < window.live) send(kept, batch, 'live');
        },
        onStored(number) {
          if (answered(number)) onStored();
          pump();
        },
        onRejected(number) {
          if (answered(number)) drops.add('rejected');
          pump();
        },
        pump,
        end(isViolation) {
          isOver = true;
          if (isViolation) for (const number of underWay.keys()) suspect(number);
        },
      };
    },
  };
}
