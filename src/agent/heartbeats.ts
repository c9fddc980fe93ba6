import type { Clock } from '../base/clock.ts';
import { errorText } from '../base/errors.ts';
import type { EngineHealth } from '../docker/observer.ts';
import type { Outbox } from './outbox.ts';
import type { Timers } from './timers.ts';

/** What a heartbeat says beside the engine's health. */
export interface BeatFacts {
  /** Batches that wait to be delivered. */
  waiting: number;
  /** What was given up since the start, by reason. */
  dropped: Readonly<Record<string, number>>;
}

export interface HeartbeatOptions {
  outbox: Outbox;
  intervalMs: number;
  health: (signal: AbortSignal) => Promise<EngineHealth>;
  facts: () => BeatFacts;
  /** The server has not answered a heartbeat for so many milliseconds. */
  onSilence: (ms: number) => void;
  onBeat: () => void;
  clock: Clock;
  timers: Timers;
}

/** The engine is given up on after this time, and told to be unreachable. */
const probeMs = 5000;
/** A server that is there answers within this many intervals. */
const patientIntervals = 2.5;
/** The longest texts that the protocol takes. */
const longest = { version: 256, error: 1024 };

export interface Heartbeats {
  start(): void;
  heard(): void;
  doubt(): void;
  stop(): void;
}

/** Says at every interval that the agent is there and how its engine is, and notices when nobody listens. */
export function createHeartbeats(options: HeartbeatOptions): Heartbeats {
  const { outbox, intervalMs, clock, timers } = options;
  const silenceMs = patientIntervals * intervalMs;
  let cancelBeat = (): void => undefined;
  let cancelSilence = (): void => undefined;
  let probing: Promise<EngineHealth> | undefined;
  let said: boolean | undefined;
  let isStopped = false;

  const probe = (): Promise<EngineHealth> => {
    probing ??= options
      .health(AbortSignal.timeout(Math.min(probeMs, Math.ceil(intervalMs / 2))))
      .catch((error: unknown) => ({ isReachable: false, version: undefined, fault: errorText(error) }))
      .finally(() => {
        probing = undefined;
      });
    return probing;
  };

  const say = ({ isReachable, version, fault }: EngineHealth): void => {
    const { waiting, dropped } = options.facts();
    said = isReachable;
    outbox.send((seq) => ({
      type: 'heartbeat',
      seq,
      at: clock.now(),
      engine: {
        reachable: isReachable,
        version: version?.slice(0, longest.version),
        error: fault?.slice(0, longest.error),
      },
      waiting,
      dropped: { ...dropped },
    }));
  };

  const probeAndSay = async (isNews: (health: EngineHealth) => boolean): Promise<void> => {
    const health = await probe();
    if (!isStopped && isNews(health)) say(health);
  };

  const beat = (): void => {
    cancelBeat = timers.after(intervalMs, beat);
    options.onBeat();
    void probeAndSay(() => true);
  };

  const watchSilence = (): void => {
    cancelSilence();
    cancelSilence = timers.after(silenceMs, () => options.onSilence(silenceMs));
  };

  return {
    start() {
      watchSilence();
      beat();
    },
    heard: watchSilence,
    doubt() {
      void probeAndSay(({ isReachable }) => isReachable !== said);
    },
    stop() {
      isStopped = true;
      cancelBeat();
      cancelSilence();
    },
  };
}
