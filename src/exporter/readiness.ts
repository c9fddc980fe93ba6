import type { Clock } from '../base/clock.ts';

/** How long a probe's result counts. */
const freshMs = 1000;
/** How long an answer waits for a probe: readiness is told at once even when the engine hangs. */
const patienceMs = 250;
/** When a probe gives up. */
const probeTimeoutMs = 5000;

export interface Readiness {
  /** Whether the engine answers; false where that is not known within a quarter of a second. */
  isReady(): Promise<boolean>;
}

export function createReadiness(probe: (signal: AbortSignal) => Promise<boolean>, clock: Clock): Readiness {
  let last: { ready: boolean; at: number } | undefined;
  let running: Promise<boolean> | undefined;

  const start = (): Promise<boolean> => {
    running = probe(AbortSignal.timeout(probeTimeoutMs)).then((ready) => {
      last = { ready, at: clock.monotonic() };
      running = undefined;
      return ready;
    });
    return running;
  };

  return {
    async isReady() {
      if (last !== undefined && clock.monotonic() - last.at < freshMs) return last.ready;
      let timer: NodeJS.Timeout | undefined;
      const impatient = new Promise<boolean>((resolve) => {
        timer = setTimeout(() => resolve(false), patienceMs);
      });
      const ready = await Promise.race([running ?? start(), impatient]);
      clearTimeout(timer);
      return ready;
    },
  };
}
