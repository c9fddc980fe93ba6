import { repositoryOf, tagOf, tryImageReference } from '../image-reference.ts';

/** The name of a base image in full: `node:22` is `docker.io/library/node` with the tag `22`. */
export interface BaseName {
  /** `registry/path`. */
  repository: string;
  /** Empty where the name has a digest and no tag. */
  tag: string;
}

/**
 * Of a base image's name as a label or a build has it, or of a pattern for such names: what is no reference is split
 * likewise. A pattern's first part stays as it is where it has a star.
 */
export function toBaseName(name: string): BaseName {
  const reference = tryImageReference(name.trim());
  if (reference !== undefined) return { repository: repositoryOf(reference), tag: tagOf(reference) ?? '' };
  const at = name.indexOf('@');
  const plain = (at === -1 ? name : name.slice(0, at)).trim();
  const colon = plain.lastIndexOf(':');
  const hasTag = colon > plain.lastIndexOf('/');
  const tag = hasTag ? plain.slice(colon + 1) : at === -1 ? 'latest' : '';
  return { repository: withRegistry(hasTag ? plain.slice(0, colon) : plain), tag };
}

/** Dockerfile's word for no base at all. */
export function isScratch(name: string): boolean {
  return ['scratch', 'docker.io/library/scratch'].includes(name.trim());
}

function withRegistry(path: string): string {
  const slash = path.indexOf('/');
  const first = slash === -1 ? '' : path.slice(0, slash);
  if (first === 'docker.io') return path.includes('/', slash + 1) ? path : `docker.io/library${path.slice(slash)}`;
  if (/[.:*]/.test(first) || first === 'localhost' || path === '**') return path;
  return slash === -1 ? `docker.io/library/${path}` : `docker.io/${path}`;
}
