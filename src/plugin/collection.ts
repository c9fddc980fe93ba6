/** Where the plugin stands with the engine. */
export type CollectionPhase = 'waiting' | 'collecting' | 'stopped';

/** Whether the engine wants its metrics served. Told by the engine's calls, or settled from the start when standalone. */
export interface Collection {
  phase(): CollectionPhase;
  /** Gives the phase before. */
  start(): CollectionPhase;
  stop(): void;
}

/** One line on why there are no metrics. */
export const refusals: Readonly<Record<Exclude<CollectionPhase, 'collecting'>, string>> = {
  waiting: 'the engine has not called MetricsCollector.StartMetrics yet',
  stopped: 'the engine has called MetricsCollector.StopMetrics: it shuts down',
};

export function createCollection(options: { standalone: boolean }): Collection {
  let phase: CollectionPhase = options.standalone ? 'collecting' : 'waiting';
  return {
    phase: () => phase,
    start() {
      const before = phase;
      phase = 'collecting';
      return before;
    },
    stop() {
      phase = 'stopped';
    },
  };
}
