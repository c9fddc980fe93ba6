/** A tag of a repository, the image it points to now, and when it was indexed as that. */
export interface IndexedTag {
  /** `registry/path`. */
  repository: string;
  tag: string;
  digest: string;
  /** Unix milliseconds. */
  indexedAt: number;
}

/** The image of the most recently indexed tag of each repository. Of tags of one moment the last by name. */
export function latestIndexedImages(tags: readonly IndexedTag[]): string[] {
  const latest = new Map<string, IndexedTag>();
  for (const tag of tags) {
    const known = latest.get(tag.repository);
    if (known === undefined || isLater(tag, known)) latest.set(tag.repository, tag);
  }
  return [...latest.values()].map(({ digest }) => digest);
}

function isLater(a: IndexedTag, b: IndexedTag): boolean {
  if (a.indexedAt !== b.indexedAt) return a.indexedAt > b.indexedAt;
  return a.tag !== b.tag ? a.tag > b.tag : a.digest > b.digest;
}
