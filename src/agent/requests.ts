import type { ServerFrame } from '../protocol/frames.ts';
import { requestMs } from '../protocol/limits.ts';
import type { Outbox } from './outbox.ts';
import type { Timers } from './timers.ts';

type Reply = Extract<ServerFrame, { type: 'reply' }>;

/** How many requests may wait for their replies in one connection. */
const mostWaiting = 8;

/** Requests over one connection; each has a reply or an error within its time. */
export interface Requests {
  renew(csr: string): Promise<string>;
  answer(reply: Reply): void;
  stop(reason: string): void;
}

export function createRequests({ outbox, timers }: { outbox: Outbox; timers: Timers }): Requests {
  const waiting = new Map<number, { settle: (reply: Reply) => void; fail: (reason: string) => void }>();
  let latest = 0;

  const ask = async (csr: string): Promise<Reply> => {
    if (waiting.size >= mostWaiting) throw new Error('too many requests wait for their replies');
    latest += 1;
    const id = latest;
    const sent = outbox.send((seq) => ({ type: 'request', seq, id, method: 'renew', csr }));
    if (sent !== 'sent') throw new Error('the connection takes no more messages at present');
    return new Promise<Reply>((resolve, reject) => {
      const cancel = timers.after(requestMs, () => fail('no reply in time'));
      const done = (): void => {
        cancel();
        waiting.delete(id);
      };
      const fail = (reason: string): void => {
        done();
        reject(new Error(reason));
      };
      waiting.set(id, {
        fail,
        settle(reply) {
          done();
          resolve(reply);
        },
      });
    });
  };

  return {
    async renew(csr) {
      const { certificate, error } = await ask(csr);
      if (certificate != null && error == null) return certificate;
      throw new Error(error ?? 'the reply has no certificate');
    },
    answer: (reply) => waiting.get(reply.id)?.settle(reply),
    stop(reason) {
      for (const { fail } of waiting.values()) fail(reason);
    },
  };
}
