import type { ContainerInspect, ListedContainer } from './schemas.ts';
import { statusFacts } from './status-text.ts';

interface Entry {
  inspect: ContainerInspect;
  /** When the inspect was asked for (monotonic, ms). */
  askedAt: number;
}

/**
 * What inspect said of each container, for as long as its state has not changed. Events clear entries; an entry that
 * contradicts what the list says now is not used either.
 */
export interface InspectCache {
  get(container: ListedContainer, isCovered: (since: number) => boolean): ContainerInspect | undefined;
  set(id: string, inspect: ContainerInspect, askedAt: number): void;
  /** Something happened to the container: an inspect that is under way since before is not stored either. */
  invalidate(id: string, at: number): void;
  clear(): void;
  /** Forgets the containers that are no longer listed. */
  keepOnly(ids: ReadonlySet<string>): void;
}

export function createInspectCache(): InspectCache {
  const entries = new Map<string, Entry>();
  const changedAt = new Map<string, number>();
  return {
    get(container, isCovered) {
      const entry = entries.get(container.Id);
      if (entry === undefined || !isCovered(entry.askedAt) || contradicts(container, entry.inspect)) return undefined;
      return entry.inspect;
    },
    set(id, inspect, askedAt) {
      if ((changedAt.get(id) ?? Number.NEGATIVE_INFINITY) < askedAt) entries.set(id, { inspect, askedAt });
    },
    invalidate(id, at) {
      entries.delete(id);
      changedAt.set(id, at);
    },
    clear: () => entries.clear(),
    keepOnly(ids) {
      for (const id of entries.keys()) if (!ids.has(id)) entries.delete(id);
      for (const id of changedAt.keys()) if (!ids.has(id)) changedAt.delete(id);
    },
  };
}

function contradicts(listed: ListedContainer, inspect: ContainerInspect): boolean {
  const state = inspect.State;
  if (listed.State != null && state?.Status != null && listed.State !== state.Status) return true;
  const facts = statusFacts(listed.Status ?? '');
  const health = state?.Health?.Status;
  if (facts.health !== undefined && facts.health !== health) return true;
  return facts.exitCode !== undefined && state?.ExitCode != null && facts.exitCode !== state.ExitCode;
}
