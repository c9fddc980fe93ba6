import { latestIndexedImages, type IndexedTag } from './latest-indexed.ts';
import { automaticMembers, type AutomaticRule, type RunningImage } from './automatic-rules.ts';

/** A set of images that is counted as one: an environment, or what was indexed last. */
export interface Stream {
  name: string;
  /** The digests of its images, each once, in alphabetical order. */
  images: readonly string[];
}

/** The stream that every organisation has; no environment may take its name. */
export const latestIndexed = 'latest-indexed';

export interface StreamFacts {
  tags: readonly IndexedTag[];
  /** What was put into an environment by name. */
  recorded: readonly { environment: string; digest: string }[];
  rules: readonly AutomaticRule[];
  running: readonly RunningImage[];
}

/**
 * The streams of an organisation, `latest-indexed` first and the environments by name. An environment exists while it
 * has an image, recorded or by a rule; `latest-indexed` always does. Images that are not among `known`, where that is
 * given, are in no stream: nothing can be said of them.
 */
export function streamsOf(facts: StreamFacts, known?: ReadonlySet<string>): readonly Stream[] {
  const environments = new Map<string, Set<string>>();
  const members = [...facts.recorded, ...automaticMembers(facts.rules, facts.running)];
  for (const { environment, digest } of members) {
    if (environment === latestIndexed || known?.has(digest) === false) continue;
    const images = environments.get(environment) ?? new Set();
    environments.set(environment, images.add(digest));
  }
  const latest = latestIndexedImages(facts.tags).filter((digest) => known?.has(digest) !== false);
  return [
    toStream(latestIndexed, latest),
    ...[...environments].toSorted(byName).map(([name, set]) => toStream(name, set)),
  ];
}

function toStream(name: string, images: Iterable<string>): Stream {
  return { name, images: [...new Set(images)].toSorted() };
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
