import type { CallFailure, EngineCall } from './engine-call.ts';

/** What became of the Engine API calls since the program started. Counters never go down. */
export interface CallRecord {
  counted(): Iterable<{ call: EngineCall; count: number }>;
  failures(): Iterable<{ call: EngineCall; reason: CallFailure; count: number }>;
  /** Calls that are refused at present. */
  refused(): ReadonlySet<EngineCall>;
  /** Whether asking makes sense: not refused, or refused so long ago that it is worth another try. */
  mayAsk(call: EngineCall): boolean;

  addCall(call: EngineCall): void;
  addFailure(call: EngineCall, reason: CallFailure): void;
  /** Returns true when the call was not known to be refused before. */
  markRefused(call: EngineCall): boolean;
  clearRefused(call: EngineCall): void;
  /** Another engine or proxy may answer now: whatever was refused may be asked again. */
  retryRefused(): void;
}

/** How long a refused call is left alone: a proxy's rules rarely change, but they do. */
const refusedForMs = 5 * 60_000;

export function createCallRecord(now: () => number): CallRecord {
  const calls = new Map<EngineCall, number>();
  const failures = new Map<string, { call: EngineCall; reason: CallFailure; count: number }>();
  const refused = new Map<EngineCall, number>();
  return {
    counted: () => [...calls].map(([call, count]) => ({ call, count })),
    failures: () => failures.values(),
    refused: () => new Set(refused.keys()),
    mayAsk(call) {
      const since = refused.get(call);
      return since === undefined || now() - since >= refusedForMs;
    },
    addCall: (call) => calls.set(call, (calls.get(call) ?? 0) + 1),
    addFailure(call, reason) {
      const entry = failures.get(`${call} ${reason}`) ?? { call, reason, count: 0 };
      entry.count += 1;
      failures.set(`${call} ${reason}`, entry);
    },
    markRefused(call) {
      const isNew = !refused.has(call);
      refused.set(call, now());
      return isNew;
    },
    clearRefused: (call) => refused.delete(call),
    retryRefused() {
      for (const call of refused.keys()) refused.set(call, Number.NEGATIVE_INFINITY);
    },
  };
}
