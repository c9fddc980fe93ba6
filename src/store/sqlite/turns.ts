import { TallymanError } from '../../base/errors.ts';

/** Statements and transactions that may wait; more than a server that works ever has. */
const waitingLimit = 20_000;

/** One connection is used by one statement or transaction at a time, in the order in which they came. */
export interface Turns {
  take(): Promise<void>;
  give(): void;
}

export function createTurns(): Turns {
  let isTaken = false;
  const waiting: (() => void)[] = [];
  let head = 0;
  return {
    async take() {
      if (!isTaken) {
        isTaken = true;
        return;
      }
      if (waiting.length - head >= waitingLimit) {
        throw new TallymanError(
          'STORE_UNAVAILABLE',
          'the database does not keep up with what is asked of it: try later',
        );
      }
      await new Promise<void>((resolve) => waiting.push(resolve));
    },
    give() {
      const next = waiting[head];
      if (next === undefined) {
        isTaken = false;
        return;
      }
      head += 1;
      if (head === waiting.length || head >= 1024) {
        waiting.splice(0, head);
        head = 0;
      }
      next();
    },
  };
}
