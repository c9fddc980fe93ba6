import { ApiProblem } from '../../api/problem.ts';
import {
  parseImageReference,
  repositoryOf,
  tagOf,
  tryImageReference,
  type ImageReference,
} from '../../../supply-chain/image-reference.ts';
import type { ReportedImage } from '../../../supply-chain/report.ts';

/** Which image a report is of. */
export interface ImageIdentity {
  /** undefined: the one that the tag points to. */
  digest: string | undefined;
  /** The name by which it is known; undefined: the digest has to be known already. */
  reference: ImageReference | undefined;
  tag: string | undefined;
}

/**
 * A digest in `given` wins, else the report's own digest, else repository and tag. What the report calls its image counts
 * only where nothing is given.
 *
 * @throws {TallymanError} IMAGE_REFERENCE for a name that is none
 * @throws {ApiProblem} IMAGE_UNNAMED (422) where neither says which image it is
 */
export function identifyImage(given: string | undefined, reported: ReportedImage): ImageIdentity {
  const named = given === undefined ? undefined : parseImageReference(given);
  const own = reported.reference === undefined ? undefined : tryImageReference(reported.reference);
  const reference = named ?? own;
  const digest = named?.digest ?? reported.digest ?? own?.digest;
  if (reference === undefined && digest === undefined)
    throw new ApiProblem(
      422,
      'IMAGE_UNNAMED',
      'the report does not say which image it is of: name it (--image, or ?image=), with a tag or a digest',
    );
  return { digest, reference, tag: reference && tagOf(reference) };
}

/** How what stands for a digest begins. */
export const tagPrefix = 'tag:';

/** Stands for the digest of an image that is only known by repository and tag. */
export function tagDigest(reference: ImageReference, tag: string): string {
  return `${tagPrefix}${repositoryOf(reference)}:${tag}`;
}
