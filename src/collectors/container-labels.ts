import type { ObservedContainer } from '../docker/observation.ts';
import { labelText, sanitizeLabelName } from '../metrics/labels.ts';
import type { LabelledContainer } from './collector.ts';

/** The labels of every container series, by the contract. */
export const baseLabels = ['compose_project', 'compose_service', 'container_name', 'image'] as const;

export const containerLabelPrefix = 'container_label_';

export interface ContainerLabelOptions {
  /** Adds `container_id`, the 12-character id. */
  containerId: boolean;
  /** The container's own labels to add, as `container_label_<name>`, empty where a container has none. */
  containerLabels: readonly string[];
}

/**
 * Prints each container's labels once, and leaves all but one of those that print the same out: the one with the
 * lowest id stays, so that every scrape decides alike.
 */
export function createContainerLabeller(
  options: ContainerLabelOptions,
): (containers: readonly ObservedContainer[]) => { labelled: LabelledContainer[]; duplicates: ObservedContainer[] } {
  const extra = nameContainerLabels(options.containerLabels);

  const seriesOf = ({ id, name, image, labels }: ObservedContainer): string =>
    labelText([
      ['compose_project', ownLabel(labels, 'com.docker.compose.project')],
      ['compose_service', ownLabel(labels, 'com.docker.compose.service')],
      ['container_name', name],
      ['image', image],
      ...(options.containerId ? ([['container_id', id.slice(0, 12)]] as const) : []),
      ...extra.map(([label, key]) => [label, ownLabel(labels, key)] as const),
    ]);

  return (containers) => {
    const winners = new Map<string, LabelledContainer>();
    const duplicates: ObservedContainer[] = [];
    for (const container of containers) {
      const series = seriesOf(container);
      const candidate = { ...container, series, hasIdLabel: options.containerId };
      const other = winners.get(series);
      if (other !== undefined) duplicates.push(other.id <= candidate.id ? candidate : other);
      if (other === undefined || candidate.id < other.id) winners.set(series, candidate);
    }
    return { labelled: [...winners.values()], duplicates };
  };
}

/**
 * Names the allow-listed labels: `container_label_` and the name with an underscore for whatever a label name may not
 * hold. Where two names become alike, the one that needed no change keeps it, then the earlier in the list; the others
 * get `_2`, `_3`, ... in the list's order.
 */
export function nameContainerLabels(keys: readonly string[]): (readonly [label: string, key: string])[] {
  const unchangedFirst = keys.toSorted((a, b) => Number(isChanged(a)) - Number(isChanged(b)));
  const taken = new Map<string, string>();
  for (const key of unchangedFirst) {
    const wanted = sanitizeLabelName(key);
    let name = wanted;
    for (let n = 2; taken.has(name); n += 1) name = `${wanted}_${String(n)}`;
    taken.set(name, key);
  }
  return [...taken].map(([name, key]) => [`${containerLabelPrefix}${name}`, key] as const);
}

function isChanged(key: string): boolean {
  return sanitizeLabelName(key) !== key;
}

function ownLabel(labels: Readonly<Record<string, string>>, key: string): string {
  return Object.hasOwn(labels, key) ? (labels[key] ?? '') : '';
}
