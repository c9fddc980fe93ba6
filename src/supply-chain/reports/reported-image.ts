import { repositoryOf, isDigest, tryImageReference } from '../image-reference.ts';
import type { ReportedImage } from '../report.ts';

/** What formats say of the image, each in words of its own. */
export interface ImageClues {
  /** What the scanner was given; may be a file. */
  given?: string | undefined;
  tags?: readonly string[] | undefined;
  /** `repository@sha256:...` */
  repoDigests?: readonly string[] | undefined;
  imageId?: string | undefined;
  user?: string | undefined;
  labels?: Readonly<Record<string, string>> | undefined;
  createdAt?: number | undefined;
}

/** The image that a report is of, as far as the report tells. */
export function toReportedImage(clues: ImageClues): ReportedImage {
  const reference = referenceOf(clues);
  return {
    reference,
    digest: digestOf(clues, reference),
    imageId: clues.imageId !== undefined && isDigest(clues.imageId) ? clues.imageId : undefined,
    user: clues.user,
    base: baseOf(clues.labels),
    labels: clues.labels,
    createdAt: clues.createdAt,
  };
}

/** What the scanner was given, if it is a name of the image; else the image's own names: it was given a file or an id. */
function referenceOf({ given, tags = [], repoDigests = [] }: ImageClues): string | undefined {
  const names = [...tags, ...repoDigests].filter((name) => tryImageReference(name) !== undefined);
  if (given === undefined || !isImageName(given)) return names[0];
  const repositories = names.map((name) => repository(name));
  return names.length === 0 || repositories.includes(repository(given)) ? given : names[0];
}

/** Whether it looks like a reference, and not like a file that a docker save wrote, or an id. */
export function isImageName(text: string): boolean {
  return (
    !/\.(?:tar|tgz|tar\.gz|tar\.zst|oci|sif|json)$/i.test(text) &&
    !/^[a-f\d]{12}$/.test(text) &&
    tryImageReference(text) !== undefined
  );
}

/** The digest in the repository that was asked for; the one that was asked for itself; else that in any repository. */
function digestOf({ repoDigests = [] }: ImageClues, reference: string | undefined): string | undefined {
  const digests = repoDigests.map((text) => tryImageReference(text)).filter((parsed) => parsed?.digest !== undefined);
  const asked = reference === undefined ? undefined : tryImageReference(reference);
  const own = digests.find((parsed) => parsed && asked && repositoryOf(parsed) === repositoryOf(asked));
  return asked?.digest ?? own?.digest ?? digests[0]?.digest;
}

/** The labels by which a builder names the image that this one was built on. */
function baseOf(labels: ImageClues['labels']): ReportedImage['base'] {
  const name = labels?.['org.opencontainers.image.base.name'];
  const digest = labels?.['org.opencontainers.image.base.digest'];
  if (!name) return undefined;
  return { name, digest: digest !== undefined && isDigest(digest) ? digest : undefined };
}

function repository(text: string): string | undefined {
  const parsed = tryImageReference(text);
  return parsed && repositoryOf(parsed);
}
