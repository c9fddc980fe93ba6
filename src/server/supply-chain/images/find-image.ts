import { tagPrefix } from './image-identity.ts';
import { isDigest, parseImageReference, repositoryOf, tagOf } from '../../../supply-chain/image-reference.ts';
import type { ImageRow } from '../../../store/supply-chain.ts';
import type { Tables } from '../../../store/store.ts';
import { ApiProblem } from '../../api/problem.ts';

/**
 * The image that a reference, or a digest by itself, means now; undefined where it is not known.
 *
 * @throws {TallymanError} IMAGE_REFERENCE
 */
export async function findImage(
  { images, tags }: Pick<Tables, 'images' | 'tags'>,
  org: string,
  ref: string,
): Promise<ImageRow | undefined> {
  if (isDigest(ref)) return images.get(org, ref);
  if (ref.startsWith(tagPrefix)) {
    // As the API shows images that have no digest.
    parseImageReference(ref.slice(tagPrefix.length));
    return images.get(org, ref);
  }
  const reference = parseImageReference(ref);
  if (reference.digest !== undefined) return images.get(org, reference.digest);
  const pointed = await tags.get(org, repositoryOf(reference), tagOf(reference) ?? 'latest');
  return pointed && images.get(org, pointed.digest);
}

/** As findImage; throws ApiProblem (404) where it is not known. */
export async function requireImage(
  tables: Pick<Tables, 'images' | 'tags'>,
  org: string,
  ref: string,
): Promise<ImageRow> {
  const row = await findImage(tables, org, ref);
  if (row !== undefined) return row;
  throw new ApiProblem(
    404,
    'IMAGE_UNKNOWN',
    `there is no image ${ref} in ${org}: push a report of it, or look at GET /api/v1/orgs/${org}/images`,
  );
}
