import type { Clock } from '../base/clock.ts';
import { errorText } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { createOnceLog } from '../base/once-log.ts';
import type { CallRecord } from './call-record.ts';
import type { DockerClient } from './client.ts';
import type { ContainerFilters } from './container-filter.ts';
import { createEngineEvents } from './engine-events.ts';
import type { EngineCall } from './engine-call.ts';
import { createInspectCache } from './inspect-cache.ts';
import { countedObjects, createObjectCounts, type CountedObject } from './object-counts.ts';
import type { EngineFacts, ObservationNeeds } from './observation.ts';
import { startObservation, type RunningObservation } from './observation-run.ts';
import { createReachability } from './reachability.ts';
import type { EngineEvent, ListedContainer } from './schemas.ts';

export interface ObserverOptions {
  client: DockerClient;
  record: CallRecord;
  filters: ContainerFilters;
  needs: ObservationNeeds;
  /** Engine API requests in flight at most; 0 lets the engine's version decide. */
  maxConcurrent: number;
  clock: Clock;
  log: Log;
}

/** Who wants to know between observations. */
export interface EngineWatcher {
  /** The engine listed its containers; all of them, whatever the filters leave out. */
  onListed(listed: readonly ListedContainer[]): void;
  /** Something about a container changed. */
  onContainerEvent(): void;
  /** The events broke off, or the engine's reachability changed: it is worth asking how it is. */
  onDoubt(): void;
}

export interface EngineHealth {
  isReachable: boolean;
  version: string | undefined;
  /** Why it is not reachable. */
  fault: string | undefined;
}

/**
 * Asks the engine for everything the collectors need, and remembers between two observations only what events keep
 * true. Nothing runs between observations but the open events stream.
 */
export interface Observer {
  /** Looks for the engine and starts to follow its events. Never rejects; without an engine the log says so. */
  start(signal: AbortSignal): Promise<void>;
  /** Starts an observation that ends within the time, with what it has by then. */
  observe(timeoutMs: number): RunningObservation;
  /** Whether the engine answers, found out within the time. Logs a change. */
  probe(signal: AbortSignal): Promise<boolean>;
  /** The same in more words: an engine that answers, but does not list its containers, is not reachable. */
  health(signal: AbortSignal): Promise<EngineHealth>;
  /** Asks for the list of containers. Throws EngineCallError. */
  list(signal: AbortSignal): Promise<readonly ListedContainer[]>;
  /** From now on there is somebody who wants to know. */
  watch(watcher: EngineWatcher): void;
  stop(): void;
}

export function createObserver(options: ObserverOptions): Observer {
  const { client, record, clock, log } = options;
  const onceLog = createOnceLog(log);
  let watcher: EngineWatcher | undefined;
  const reachability = createReachability(log, () => watcher?.onDoubt());
  const inspects = createInspectCache();
  const counts = createObjectCounts();
  const facts: { engine: EngineFacts | undefined } = { engine: undefined };

  const forget = (): void => {
    inspects.clear();
    counts.clear();
    facts.engine = undefined;
  };

  const events = createEngineEvents({
    client,
    record,
    log,
    monotonic: () => clock.monotonic(),
    onEvent: (event) => {
      const at = clock.monotonic();
      if (event.Type === 'container' && event.Actor?.ID != null) inspects.invalidate(event.Actor.ID, at);
      for (const kind of changedCounts(event)) counts.invalidate(kind, at);
      if (event.Type === 'container') watcher?.onContainerEvent();
    },
    onLost: () => {
      // A stream ends when the engine does: what comes back may be another version, with other containers.
      forget();
      client.forgetVersion();
      record.retryRefused();
      watcher?.onDoubt();
    },
  });

  const reportFailure = (call: EngineCall | 'observation', error: unknown): void => {
    onceLog.warn(`${call} ${errorText(error)}`, { call }, `could not read the engine: ${errorText(error)}`);
  };

  const reach = async (attempt: () => Promise<void>): Promise<boolean> => {
    try {
      await attempt();
      reachability.reached(client.address, client.engine()?.version);
      return true;
    } catch (error) {
      reachability.absent(errorText(error));
      return false;
    }
  };

  return {
    observe(timeoutMs) {
      const shared = { events, inspects, counts, facts, reachability, reportFailure, forget };
      const onListed = (listed: readonly ListedContainer[]): void => watcher?.onListed(listed);
      return startObservation({ ...options, ...shared, timeoutMs, onListed, onFlawless: () => onceLog.reset() });
    },
    async start(signal) {
      if (!(await reach(() => client.ping(signal)))) return;
      await client.negotiate(signal).catch(() => undefined);
      events.ensure();
    },
    probe: (signal) => reach(() => client.ping(signal)),
    async health(signal) {
      await reach(() => client.ping(signal));
      const fault = reachability.fault();
      return { isReachable: fault === undefined, version: client.engine()?.version, fault };
    },
    async list(signal) {
      await client.negotiate(signal);
      events.ensure();
      return client.list(signal);
    },
    watch(next) {
      watcher = next;
    },
    stop() {
      events.stop();
      client.close();
    },
  };
}

const countsByType: Readonly<Record<string, CountedObject>> = {
  image: 'images',
  volume: 'volumes',
  network: 'networks',
};

function changedCounts(event: EngineEvent): readonly CountedObject[] {
  // A commit makes an image, and is an event of its container; a prune may name any type.
  if (event.Type === 'container') return event.Action === 'commit' ? ['images'] : [];
  const kind = countsByType[event.Type];
  return kind === undefined ? countedObjects : [kind];
}
