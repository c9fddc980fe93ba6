import type { InventoryContainer } from '../../protocol/frames.ts';
import type { StackState, StackView } from './fleet.ts';

/** How many containers a stack's reasons name. */
const namedContainers = 20;

/**
 * The stacks of a host, by name: the compose projects of its containers. Containers of `docker compose run` are no part
 * of one, and neither are those that are being removed.
 *
 * Each container is one of four things:
 *
 * | a container is | when                                                                                     |
 * | -------------- | ---------------------------------------------------------------------------------------- |
 * | unhealthy      | running or paused, and its health check fails                                            |
 * | running        | running, whether it has a health check, has passed it, or is starting                    |
 * | done           | exited with 0: a job that has done its work, or a service that was stopped in order      |
 * | missing        | exited with anything else or nobody knows what, dead, restarting, paused, or never started |
 *
 * And the stack, by the first line that fits:
 *
 * | state     | when                                                                  |
 * | --------- | --------------------------------------------------------------------- |
 * | unhealthy | any container is unhealthy                                            |
 * | stopped   | none is running: all are done or missing                              |
 * | partial   | some are running and some are missing, of the same service or another |
 * | running   | some are running, and whatever is not is done                         |
 *
 * `error`, the last deploy failed, is no matter of the containers.
 */
export function stacksOf(host: string, containers: readonly InventoryContainer[]): readonly StackView[] {
  const projects = new Map<string, InventoryContainer[]>();
  for (const container of containers) {
    const { project } = container;
    if (project == null || project === '' || container.oneOff === true || container.state === 'removing') continue;
    const members = projects.get(project);
    if (members === undefined) projects.set(project, [container]);
    else members.push(container);
  }
  return [...projects].toSorted(byKey).map(([name, members]) => stackOf(host, name, members));
}

type Part = 'running' | 'unhealthy' | 'done' | 'missing';

function stackOf(host: string, name: string, members: readonly InventoryContainer[]): StackView {
  const services = new Map<string, { containers: number; running: number }>();
  const found = new Set<Part>();
  const reasons: string[] = [];
  for (const container of members.toSorted((a, b) => compare(a.name, b.name))) {
    const part = partOf(container);
    found.add(part);
    const service = serviceOf(container);
    const count = services.get(service) ?? { containers: 0, running: 0 };
    services.set(service, count);
    count.containers += 1;
    if (container.state === 'running') count.running += 1;
    if (part === 'unhealthy' || part === 'missing') reasons.push(`${container.name} ${wordsFor(container, part)}`);
  }
  const unnamed = reasons.length - namedContainers;
  return {
    host,
    name,
    state: stateOf(found),
    reasons: unnamed > 0 ? [...reasons.slice(0, namedContainers), `and ${String(unnamed)} more`] : reasons,
    services: [...services].toSorted(byKey).map(([service, count]) => ({ name: service, ...count })),
  };
}

function partOf({ state, health, exitCode }: InventoryContainer): Part {
  if ((state === 'running' || state === 'paused') && health === 'unhealthy') return 'unhealthy';
  if (state === 'running') return 'running';
  return state === 'exited' && exitCode === 0 ? 'done' : 'missing';
}

function stateOf(parts: ReadonlySet<Part>): StackState {
  if (parts.has('unhealthy')) return 'unhealthy';
  if (!parts.has('running')) return 'stopped';
  return parts.has('missing') ? 'partial' : 'running';
}

/** Compose gives every container a service; one that somebody labelled by hand stands for itself. */
function serviceOf({ service, name }: InventoryContainer): string {
  return service == null || service === '' ? name : service;
}

function wordsFor({ state, exitCode }: InventoryContainer, part: Part): string {
  if (part === 'unhealthy') return 'is unhealthy';
  if (state === 'exited') return exitCode == null ? 'has exited' : `has exited with ${String(exitCode)}`;
  return state === 'created' ? 'was never started' : `is ${state}`;
}

function byKey(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return compare(a[0], b[0]);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
