import type { EngineVersion } from '../test/support/engine-versions.ts';
import { startLiveEngine, type LiveEngine } from './live-engine.ts';

export interface EnginePool extends Disposable {
  /** The engine of that version, started when it is first asked for; one of another version is stopped before. */
  engine(this: void, version: EngineVersion): Promise<LiveEngine>;
}

/** Shares engines between parts, one at a time: a second one would take its share of the machine. */
export function createEnginePool(containers: number): EnginePool {
  let current: { version: EngineVersion; engine: LiveEngine } | undefined;
  return {
    async engine(version) {
      if (current?.version !== version) {
        current?.engine[Symbol.dispose]();
        current = undefined;
        current = { version, engine: await startLiveEngine(version, containers) };
      }
      return current.engine;
    },
    [Symbol.dispose]: () => current?.engine[Symbol.dispose](),
  };
}
