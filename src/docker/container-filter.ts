import type { ListedContainer } from './schemas.ts';

export interface LabelMatch {
  key: string;
  /** Any value when left out. */
  value?: string | undefined;
}

export interface FilterSet {
  names: readonly RegExp[];
  images: readonly RegExp[];
  labels: readonly LabelMatch[];
}

export interface ContainerFilters {
  include: FilterSet;
  exclude: FilterSet;
}

/**
 * Whether a container is to be observed. It is left out when anything of `exclude` matches; otherwise it has to match
 * each kind (names, images, labels) that `include` sets, by any one of that kind's entries.
 */
export function isIncluded(container: ListedContainer, filters: ContainerFilters): boolean {
  const { include, exclude } = filters;
  const name = containerName(container);
  const image = container.Image ?? '';
  if (matchesAny(exclude.names, name) || matchesAny(exclude.images, image) || hasAny(exclude.labels, container)) {
    return false;
  }
  return (
    (include.names.length === 0 || matchesAny(include.names, name)) &&
    (include.images.length === 0 || matchesAny(include.images, image)) &&
    (include.labels.length === 0 || hasAny(include.labels, container))
  );
}

/**
 * The container's own name, without the leading slash. The list shows aliases of links too, as `/other/alias`, in no
 * fixed order; a container without any name is called by its short id.
 */
export function containerName(container: ListedContainer): string {
  const names = (container.Names ?? []).map((name) => (name.startsWith('/') ? name.slice(1) : name));
  return names.find((name) => !name.includes('/')) ?? names[0] ?? container.Id.slice(0, 12);
}

function matchesAny(patterns: readonly RegExp[], text: string): boolean {
  return patterns.some((pattern) => pattern.test(text));
}

function hasAny(matches: readonly LabelMatch[], container: ListedContainer): boolean {
  return matches.some(({ key, value }) => {
    const labels = container.Labels ?? {};
    return Object.hasOwn(labels, key) && (value === undefined || labels[key] === value);
  });
}
