import { z } from 'zod';
import { parsePurl } from '../counting/purl.ts';
import { isDigest, tryImageReference } from '../image-reference.ts';
import type { ReportedImage } from '../report.ts';
import { listOf, text } from './fields.ts';
import { imageOfPurl } from './purl-image.ts';
import { hasName, type RawDocument } from './report-format.ts';
import { isImageName, toReportedImage } from './reported-image.ts';

const statementPrefix = 'https://in-toto.io/Statement/';

/** What a statement is about: files, images. */
export const subjects = listOf(z.object({ name: text, digest: z.object({ sha256: text }).nullish() }));

type Subject = z.output<typeof subjects>[number];

/** The version in the statement's type; undefined where it is no in-toto statement. */
export function statementVersion(document: RawDocument): string | undefined {
  const type = hasName(document, '_type') ? document['_type'] : undefined;
  return typeof type === 'string' && type.startsWith(statementPrefix) ? type.slice(statementPrefix.length) : undefined;
}

/** What kind of predicate the statement has; empty where it does not say. */
export function predicateTypeOf(document: RawDocument): string {
  const type = hasName(document, 'predicateType') ? document['predicateType'] : undefined;
  return typeof type === 'string' ? type : '';
}

/** The image that a statement is about: nothing where it is about several, or about files. */
export function imageOfSubjects(list: readonly Subject[]): ReportedImage {
  const images = list.flatMap((subject) => {
    const name = subject.name && (imageOfPurlSubject(subject) ?? imageOfName(subject));
    return name ? [{ ...name, sha256: subject.digest?.sha256 }] : [];
  });
  const [image] = images;
  if (image === undefined || images.some(({ sha256 }) => sha256 !== image.sha256)) return {};
  return toReportedImage({ given: image.reference, repoDigests: image.repoDigests });
}

interface NamedImage {
  reference: string;
  repoDigests: string[];
}

/** `pkg:docker/registry.example/app@1.2?platform=linux%2Famd64`, as BuildKit writes it. */
function imageOfPurlSubject({ name, digest }: Subject): NamedImage | undefined {
  const purl = parsePurl(name ?? '');
  const { reference, repoDigest } = imageOfPurl(name);
  if (purl === undefined || reference === undefined) return undefined;
  // Of one platform it is the digest of that platform's manifest, and the image is known by that of all of them.
  const own = purl.qualifiers.has('platform') ? undefined : digestOf(digest);
  return imageOf(reference, repoDigest?.slice(repoDigest.indexOf('@') + 1) ?? own);
}

/** A name with its registry: without one it may as well be a file's. */
function imageOfName({ name = '', digest }: Subject): NamedImage | undefined {
  const reference = name.replace(/^https?:\/\//i, '');
  if (!/^(?:[^/]*[.:][^/]*|localhost)\//.test(reference) || !isImageName(reference)) return undefined;
  return imageOf(reference, digestOf(digest));
}

/** Without tag and digest it would be taken for the latest. */
function imageOf(reference: string, digest: string | undefined): NamedImage | undefined {
  const parsed = tryImageReference(reference);
  if (parsed === undefined) return undefined;
  if (parsed.digest !== undefined) return { reference, repoDigests: [] };
  const name = parsed.tag === undefined ? reference : reference.slice(0, -parsed.tag.length - 1);
  if (digest === undefined) return parsed.tag === undefined ? undefined : { reference, repoDigests: [] };
  const repoDigest = `${name}@${digest}`;
  return { reference: parsed.tag === undefined ? repoDigest : reference, repoDigests: [repoDigest] };
}

function digestOf(digest: Subject['digest']): string | undefined {
  const text = `sha256:${digest?.sha256 ?? ''}`;
  return isDigest(text) ? text : undefined;
}
