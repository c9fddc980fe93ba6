import { setMaxListeners } from 'node:events';
import { createDeadline } from '../base/deadline.ts';
import { createSemaphore } from '../base/semaphore.ts';
import { errorText } from '../base/errors.ts';
import { containerName, isIncluded } from './container-filter.ts';
import { EngineCallError, type EngineCall } from './engine-call.ts';
import type { EngineEvents } from './engine-events.ts';
import { waitsForTick } from './engine-version.ts';
import type { InspectCache } from './inspect-cache.ts';
import { countedObjects, type CountedObject, type ObjectCounts } from './object-counts.ts';
import type { EngineFacts, Observation, ObservedContainer } from './observation.ts';
import type { ObserverOptions } from './observer.ts';
import type { Reachability } from './reachability.ts';
import type { ContainerStats, ListedContainer } from './schemas.ts';
import { statusFacts } from './status-text.ts';

export interface RunningObservation {
  /** The observation when it has ended; never rejects. */
  done: Promise<Observation>;
  /** What is known so far. */
  partial(): Observation;
  /** How many calls are under way, or still to be made. */
  pending(): number;
  /** Gives it at least this long from now: somebody else waits for it too. */
  extend(timeoutMs: number): void;
}

interface RunOptions extends ObserverOptions {
  timeoutMs: number;
  events: EngineEvents;
  inspects: InspectCache;
  counts: ObjectCounts;
  /** The engine's own facts, asked once after each (re)connect. */
  facts: { engine: EngineFacts | undefined };
  reachability: Reachability;
  reportFailure: (call: EngineCall | 'observation', error: unknown) => void;
  forget: () => void;
  /** Hears of the whole list. */
  onListed: (listed: readonly ListedContainer[]) => void;
  /** Called when an observation ended without a single failure. */
  onFlawless: () => void;
}

/**
 * Requests in flight at an engine that reads statistics directly (v25 and newer): measured on two cores, more than
 * this is no faster and less is slower.
 */
const directReadConcurrency = 64;

export function startObservation(options: RunOptions): RunningObservation {
  const { client, record, clock, needs, events, inspects, counts, facts } = options;
  const deadline = createDeadline(options.timeoutMs);
  const { signal } = deadline;
  setMaxListeners(0, signal);
  const startedAt = clock.monotonic();
  const observation: Observation & { containers: ObservedContainer[] } = {
    at: clock.now(),
    isListed: false,
    containers: [],
    counts: {},
    errors: { container: 0, system: 0 },
    seconds: { container: 0, system: 0 },
  };
  const semaphore = createSemaphore(
    () => options.maxConcurrent || (waitsForTick(client.engine()) ? Number.POSITIVE_INFINITY : directReadConcurrency),
  );
  let pending = 0;
  const covered = (since: number): boolean => events.coveredSince(since);

  /** Runs one call in its turn; a failure is counted for its group, and the observation goes on. */
  const ask = async <T>(
    group: 'container' | 'system',
    call: EngineCall,
    task: () => Promise<T>,
  ): Promise<T | undefined> => {
    if (!record.mayAsk(call)) return undefined;
    pending += 1;
    try {
      return await semaphore.run(task, signal);
    } catch (error) {
      const reason = error instanceof EngineCallError ? error.reason : undefined;
      // A container that has gone meanwhile is no error, and a refusal is told of elsewhere, once.
      if (reason === 'not_found' || reason === 'refused') return undefined;
      observation.errors[group] += 1;
      options.reportFailure(call, error);
      return undefined;
    } finally {
      pending -= 1;
    }
  };

  const list = async (): Promise<ListedContainer[] | undefined> => {
    try {
      await client.negotiate(signal);
      events.ensure();
      const listed = await client.list(signal);
      options.reachability.up(client.address, client.engine()?.version);
      return listed;
    } catch (error) {
      observation.errors.container += 1;
      options.forget();
      if (isAbsence(error)) options.reachability.absent(errorText(error));
      else options.reachability.failing(errorText(error));
      return undefined;
    } finally {
      observation.at = clock.now();
    }
  };

  const readStats = async (container: ObservedContainer): Promise<void> => {
    const stats = await ask('container', 'stats', () => client.stats(container.id, signal));
    if (stats !== undefined && !isSkeleton(stats)) container.stats = stats;
  };

  const readInspect = async (container: ObservedContainer, listed: ListedContainer): Promise<void> => {
    container.inspect = inspects.get(listed, covered);
    if (container.inspect !== undefined) return;
    const askedAt = clock.monotonic();
    container.inspect = await ask('container', 'inspect', () => client.inspect(container.id, signal));
    if (container.inspect !== undefined) inspects.set(container.id, container.inspect, askedAt);
  };

  const readCount = async (kind: CountedObject): Promise<void> => {
    const askedAt = clock.monotonic();
    const known = counts.get(kind, askedAt, covered);
    const count = known ?? (await ask('system', kind, () => countOf(kind)));
    if (count === undefined) return;
    observation.counts[kind] = count;
    if (known === undefined) counts.set(kind, count, askedAt);
  };

  const countOf = (kind: CountedObject): Promise<number> => {
    if (kind === 'images') return client.countImages(signal);
    return kind === 'volumes' ? client.countVolumes(signal) : client.countNetworks(signal);
  };

  const readEngine = async (): Promise<void> => {
    const headers = client.engine();
    if (facts.engine !== undefined && isSameVersion(facts.engine.version, headers?.version)) {
      observation.engine = facts.engine;
      return;
    }
    const version = await ask('system', 'version', () => client.version(signal));
    if (version === undefined && headers?.version === undefined) return;
    observation.engine = {
      version: version?.Version ?? headers?.version ?? '',
      apiVersion: version?.ApiVersion ?? headers?.apiVersion ?? '',
      os: version?.Os ?? headers?.os ?? '',
      arch: version?.Arch ?? '',
      kernel: version?.KernelVersion ?? '',
    };
    if (version !== undefined) facts.engine = observation.engine;
  };

  const containerGroup = async (listed: readonly ListedContainer[]): Promise<void> => {
    const tasks = listed.flatMap((entry) => {
      const container = toObserved(entry);
      observation.containers.push(container);
      const hasStats = needs.stats && (container.state === 'running' || container.state === 'paused');
      return [...(hasStats ? [readStats(container)] : []), ...(needs.inspect ? [readInspect(container, entry)] : [])];
    });
    await Promise.all(tasks);
    observation.seconds.container = (clock.monotonic() - startedAt) / 1000;
  };

  const systemGroup = async (): Promise<void> => {
    const from = clock.monotonic();
    await Promise.all([
      ...(needs.counts ? countedObjects.map(readCount) : []),
      ...(needs.version ? [readEngine()] : []),
    ]);
    observation.seconds.system = (clock.monotonic() - from) / 1000;
  };

  const run = async (): Promise<void> => {
    const listed = await list();
    observation.seconds.container = (clock.monotonic() - startedAt) / 1000;
    if (listed === undefined) return;
    observation.isListed = true;
    observation.states = countStates(listed);
    options.onListed(listed);
    inspects.keepOnly(new Set(listed.map((container) => container.Id)));
    const wanted = listed.filter((container) => isIncluded(container, options.filters));
    await Promise.all([containerGroup(needs.stats || needs.inspect ? wanted : []), systemGroup()]);
  };

  const done = run()
    .catch((error: unknown) => {
      observation.errors.container += 1;
      options.reportFailure('observation', error);
    })
    .then(() => {
      deadline.clear();
      if (observation.errors.container + observation.errors.system === 0) options.onFlawless();
      return observation;
    });
  const partial = (): Observation => ({
    ...observation,
    containers: observation.containers.map((one) => ({ ...one })),
  });
  return { done, partial, pending: () => pending, extend: (timeoutMs) => deadline.extend(timeoutMs) };
}

/** Whether nothing answers at the address at all; otherwise something does, but not what was asked. */
function isAbsence(error: unknown): boolean {
  return error instanceof EngineCallError && error.reason === 'connection';
}

/**
 * What the engine answers for a container that is not running (any more): the year 1 as its time, zeros everywhere, and
 * no word of the CPUs.
 */
function isSkeleton({ read, cpu_stats }: ContainerStats): boolean {
  return read == null ? cpu_stats?.online_cpus == null : read.startsWith('0001-');
}

/** Whether a full version (`28.5.2+dfsg4`) is the one that the headers name (`28.5.2`), or they name none. */
function isSameVersion(full: string, named: string | undefined): boolean {
  return named === undefined || /^[\d.]*\d/.exec(full)?.[0] === named;
}

function toObserved(listed: ListedContainer): ObservedContainer {
  return {
    id: listed.Id,
    name: containerName(listed),
    image: listed.Image ?? '',
    labels: listed.Labels ?? {},
    state: listed.State ?? '',
    status: statusFacts(listed.Status ?? ''),
  };
}

function countStates(listed: readonly ListedContainer[]): { running: number; paused: number; stopped: number } {
  const running = listed.filter((container) => container.State === 'running').length;
  const paused = listed.filter((container) => container.State === 'paused').length;
  return { running, paused, stopped: listed.length - running - paused };
}
