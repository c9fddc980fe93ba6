import { isDigest, repositoryOf, tagOf, tryImageReference } from '../../../supply-chain/image-reference.ts';
import type { RunningImage } from '../../../supply-chain/streams/automatic-rules.ts';
import type { ImageRow, TagRow } from '../../../store/supply-chain.ts';
import type { Tables } from '../../../store/store.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { readFacts } from './stored-facts.ts';

/** A container that runs now, with the image as its engine names it. */
export interface RunningContainer {
  host: string;
  stack: string | undefined;
  /** The reference that the container was made from. */
  image: string;
  imageId: string | undefined;
  labels: Readonly<Record<string, string>> | undefined;
}

const runningStates: ReadonlySet<string> = new Set(['running', 'paused', 'restarting']);

/** Everything that runs on the hosts of the fleet, as far as they are not offline. */
export async function runningContainers(fleet: Fleet): Promise<readonly RunningContainer[]> {
  return (await fleet.hosts(undefined)).flatMap(({ name, containers = [] }) =>
    containers
      .filter(({ state }) => runningStates.has(state))
      .map(({ image, imageId, project, labels }) => ({
        host: name,
        stack: project ?? undefined,
        image,
        imageId: imageId ?? undefined,
        labels: labels ?? undefined,
      })),
  );
}

export interface KnownImages {
  images: readonly Pick<ImageRow, 'digest'>[];
  tags: readonly TagRow[];
}

/**
 * Which known image each container runs: by the digest in its reference, by the image's id, else by repository and tag.
 * Containers of images that the organisation does not know are left out.
 */
export async function resolveRunning(
  tables: Pick<Tables, 'images'>,
  org: string,
  containers: readonly RunningContainer[],
  { images, tags }: KnownImages,
): Promise<readonly RunningImage[]> {
  const digests = new Set(images.map(({ digest }) => digest));
  const byTag = new Map(tags.map((row) => [`${row.repository}:${row.tag}`, row.digest]));
  const byId = createIdIndex(tables, org);
  const found: RunningImage[] = [];
  for (const { host, stack, labels, image, imageId } of containers) {
    // What lost its name is shown by its id.
    const reference = isDigest(image) ? undefined : tryImageReference(image);
    const repository = reference && repositoryOf(reference);
    const tag = reference && tagOf(reference);
    const named = [reference?.digest, imageId, image].find((digest) => digest !== undefined && digests.has(digest));
    const digest =
      named ??
      (repository === undefined || imageId === undefined ? undefined : await byId(repository, imageId)) ??
      (tag === undefined ? undefined : byTag.get(`${String(repository)}:${tag}`));
    if (digest !== undefined && digests.has(digest)) found.push({ digest, host, stack, labels });
  }
  return found;
}

/** Looks up images by the id that engines give them; each repository is read once. */
function createIdIndex({ images }: Pick<Tables, 'images'>, org: string) {
  const known = new Map<string, ReadonlyMap<string, string>>();
  return async (repository: string, imageId: string): Promise<string | undefined> => {
    let ids = known.get(repository);
    if (ids === undefined) {
      const rows = await images.ofRepository(org, repository);
      ids = new Map(rows.flatMap((row) => {
        const { imageId: id } = readFacts(row);
        return id === undefined ? [] : [[id, row.digest] as const];
      })); // prettier-ignore
      known.set(repository, ids);
    }
    return ids.get(imageId);
  };
}
