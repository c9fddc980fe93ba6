import { collectors } from '../../collectors/index.ts';
import type { EngineHealth, EngineWatcher } from '../../docker/observer.ts';
import type { ListedContainer } from '../../docker/schemas.ts';
import type { ObservedEngine } from '../../exporter/create-exporter.ts';
import { createSamples } from '../../metrics/samples.ts';
import type { Clock } from '../../base/clock.ts';

const [metric] = collectors.flatMap(({ metrics }) => metrics).filter(({ perContainer }) => perContainer);

/** An engine that tests set by hand: each collection has one series, whose value is the collection's number. */
export interface StillEngine extends ObservedEngine {
  containers: ListedContainer[];
  healthNow: EngineHealth;
  /** How many lists were asked for. */
  lists: number;
  watcher: EngineWatcher | undefined;
  /** The labels of collection number n. */
  labels: (collection: number) => string;
  /** What a collection waits for. */
  before: () => Promise<void>;
}

export function createStillEngine(clock: Clock): StillEngine {
  let collections = 0;
  const engine: StillEngine = {
    containers: [],
    healthNow: { isReachable: true, version: '28.5.1', fault: undefined },
    lists: 0,
    watcher: undefined,
    labels: () => 'container_name="web"',
    before: () => Promise.resolve(),
    async take() {
      await engine.before();
      collections += 1;
      const samples = createSamples();
      if (metric !== undefined) samples.add(metric, engine.labels(collections), collections);
      if (engine.healthNow.isReachable) engine.watcher?.onListed(engine.containers);
      return { samples, at: clock.now() };
    },
    health: () => Promise.resolve(engine.healthNow),
    list() {
      engine.lists += 1;
      if (!engine.healthNow.isReachable) return Promise.reject(new Error('no engine'));
      return Promise.resolve(engine.containers);
    },
    watch(watcher) {
      engine.watcher = watcher;
    },
  };
  return engine;
}
