import { TallymanError } from '../../base/errors.ts';

export interface GroupCommitOptions<T, R> {
  /** Does all of them or none; the results in their order. */
  commit(items: readonly T[]): Promise<readonly R[]>;
  /** Whether a group that failed is worth trying one by one: the fault may be one item's. */
  isItemFault(error: unknown): boolean;
  /** How long the first of a group waits for others. */
  gatherMs: number;
  /** A group of this many goes at once. */
  groupSize: number;
}

/** Gathers single writes into groups, so that the database syncs once for many. One group is under way at a time. */
export interface GroupCommit<T, R> {
  add(item: T): Promise<R>;
  /** Writes what waits; nothing more is taken. Can be called twice. */
  stop(): Promise<void>;
}

interface Waiting<T, R> {
  item: T;
  resolve: (result: R) => void;
  reject: (error: unknown) => void;
}

export function createGroupCommit<T, R>(options: GroupCommitOptions<T, R>): GroupCommit<T, R> {
  const waiting: Waiting<T, R>[] = [];
  let timer: NodeJS.Timeout | undefined;
  let flushing: Promise<void> | undefined;
  let isStopped = false;

  const commit = async (group: readonly Waiting<T, R>[]): Promise<void> => {
    try {
      const results = await options.commit(group.map(({ item }) => item));
      for (const [i, one] of group.entries()) one.resolve(results[i] as R);
    } catch (error) {
      if (group.length > 1 && options.isItemFault(error)) for (const one of group) await commit([one]);
      else for (const one of group) one.reject(error);
    }
  };

  const flush = async (): Promise<void> => {
    while (waiting.length > 0) await commit(waiting.splice(0, options.groupSize));
    flushing = undefined;
  };

  const flushNow = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.length > 0) flushing ??= flush();
  };

  return {
    add(item) {
      if (isStopped) return Promise.reject(new TallymanError('SAMPLES_STOPPED', 'the server stops: send it again'));
      return new Promise<R>((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        if (waiting.length >= options.groupSize) flushNow();
        else if (flushing === undefined) timer ??= setTimeout(flushNow, options.gatherMs);
      });
    },
    async stop() {
      isStopped = true;
      flushNow();
      await flushing;
    },
  };
}
