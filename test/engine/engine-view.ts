import type { EngineContainer, EngineInfo, EngineInspect, EngineStats } from '../support/engine-answers.ts';
import type { PrivateEngine } from '../support/private-engine.ts';
import type { Scrape, TallymanProcess } from '../support/tallyman-process.ts';

/** What an engine says of one container. */
export interface ContainerView {
  name: string;
  listed: EngineContainer;
  inspect: EngineInspect;
  stats: EngineStats;
}

/** What an engine says of everything, at one moment. */
export interface EngineView {
  /** Milliseconds since 1970, when it was asked and when it had answered. */
  askedAt: number;
  answeredAt: number;
  containers: ReadonlyMap<string, ContainerView>;
  info: EngineInfo;
}

/** A scrape between two looks at the engine: a number that only grows lies between what those say. */
export interface Observation {
  before: EngineView;
  scrape: Scrape;
  after: EngineView;
}

export async function observe(engine: PrivateEngine, tallyman: TallymanProcess): Promise<Observation> {
  const before = await loadEngineView(engine);
  const scrape = await tallyman.scrape();
  const after = await loadEngineView(engine);
  return { before, scrape, after };
}

/** The containers that were in the same state, and not started anew, before and after the scrape. */
export function stableContainers({
  before,
  after,
}: Observation): { name: string; before: ContainerView; after: ContainerView }[] {
  return [...before.containers.values()].flatMap((view) => {
    const then = after.containers.get(view.name);
    const isSame =
      then !== undefined &&
      then.listed.State === view.listed.State &&
      then.inspect.State.Status === view.inspect.State.Status &&
      then.inspect.State.StartedAt === view.inspect.State.StartedAt;
    return isSame ? [{ name: view.name, before: view, after: then }] : [];
  });
}

async function loadEngineView(engine: PrivateEngine): Promise<EngineView> {
  const askedAt = Date.now();
  const info = (await engine.api('/info')) as EngineInfo;
  const list = (await engine.api('/containers/json?all=1')) as EngineContainer[];
  const views = await Promise.all(
    list.map(async (listed): Promise<ContainerView> => {
      const [inspect, stats] = await Promise.all([
        engine.api(`/containers/${listed.Id}/json`),
        engine.api(`/containers/${listed.Id}/stats?stream=false&one-shot=true`),
      ]);
      const { Name } = inspect as EngineInspect;
      return { name: Name.slice(1), listed, inspect: inspect as EngineInspect, stats: stats as EngineStats };
    }),
  );
  return { askedAt, answeredAt: Date.now(), containers: new Map(views.map((view) => [view.name, view])), info };
}
