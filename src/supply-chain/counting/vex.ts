import { repositoryOf, tagOf, tryImageReference } from '../image-reference.ts';
import type { Finding, PackageRef, VexStatement } from '../report.ts';
import { parsePurl, purlName, purlVersion, type Purl } from './purl.ts';
import { toVulnerabilityId } from './vulnerability-id.ts';

/** The image that the findings are of, as far as it is known. */
export interface VexImage {
  /** With its repository; a tag or digest in it counts as well. */
  reference?: string | undefined;
  tags?: readonly string[] | undefined;
  digest?: string | undefined;
}

const takesOut: ReadonlySet<VexStatement['status']> = new Set(['not_affected', 'false_positive', 'fixed']);

/**
 * Takes out what the statements call not affected, false positive or fixed. They are to be in the order of time: of
 * those that are about one finding, the last one holds.
 */
export function applyVex<F extends Finding>(
  findings: readonly F[],
  statements: readonly VexStatement[],
  image: VexImage,
): F[] {
  if (statements.length === 0) return [...findings];
  const facts = toImageFacts(image);
  const byId = indexById(statements);
  return findings.filter((finding) => {
    const ids = [finding.id, ...finding.aliases];
    const about = new Set(ids.flatMap((id) => byId.get(toVulnerabilityId(id)) ?? []));
    const last = Math.max(-1, ...[...about].filter((index) => isAbout(statements[index], finding.package, facts)));
    const status = statements[last]?.status;
    return status === undefined || !takesOut.has(status);
  });
}

/** The places of the statements by the ids that they name. */
function indexById(statements: readonly VexStatement[]): Map<string, number[]> {
  const byId = new Map<string, number[]>();
  for (const [index, { id, aliases }] of statements.entries()) {
    for (const name of new Set([id, ...aliases].map((other) => toVulnerabilityId(other)))) {
      const known = byId.get(name);
      if (known === undefined) byId.set(name, [index]);
      else known.push(index);
    }
  }
  return byId;
}

interface ImageNames {
  repository: string | undefined;
  tags: ReadonlySet<string>;
  digest: string | undefined;
}

function toImageFacts({ reference, tags = [], digest }: VexImage): ImageNames {
  const parsed = reference === undefined ? undefined : tryImageReference(reference);
  const tag = parsed === undefined ? undefined : tagOf(parsed);
  return {
    repository: parsed && repositoryOf(parsed),
    tags: new Set([...tags, ...(tag === undefined ? [] : [tag])]),
    digest: digest ?? parsed?.digest,
  };
}

function isAbout(statement: VexStatement | undefined, ref: PackageRef, image: ImageNames): boolean {
  if (statement === undefined) return false;
  const { products, subcomponents } = statement;
  if (subcomponents !== undefined && subcomponents.length > 0) {
    const isInProduct = products.length === 0 || products.some((product) => isImage(product, image));
    return isInProduct && subcomponents.some((part) => isPackage(part, ref));
  }
  return products.length === 0 || products.some((product) => isImage(product, image) || isPackage(product, ref));
}

/** Whether the product is the image: by a purl of an image, a reference, or a digest. */
function isImage(product: string, image: ImageNames): boolean {
  const purl = parsePurl(product);
  if (purl === undefined) return isImageReference(product, image);
  if (purl.type !== 'oci' && purl.type !== 'docker') return false;
  if (!isRepository(purl, image.repository)) return false;
  const digest = purl.version.includes(':') ? purl.version : undefined;
  if (digest !== undefined) return digest === image.digest;
  const tag = purl.version === '' ? purl.qualifiers.get('tag') : purl.version;
  return tag === undefined || image.tags.has(tag);
}

/** A purl of an image has the last part of its name only, or all of it; the qualifier has the rest where it is given. */
function isRepository({ type, namespace, name, qualifiers }: Purl, repository: string | undefined): boolean {
  if (repository === undefined) return false;
  const path = (namespace === '' ? name : `${namespace}/${name}`).toLowerCase();
  const url = qualifiers.get('repository_url')?.replace(/^https?:\/\//i, '').replace(/\/+$/, ''); // prettier-ignore
  if (url !== undefined) return [url, `${url}/${path}`].some((text) => repositoryIn(text) === repository);
  if (type === 'docker') return repositoryIn(path) === repository;
  return repository.endsWith(`/${path}`);
}

function isImageReference(product: string, image: ImageNames): boolean {
  if (product === image.digest) return true;
  const parsed = tryImageReference(product);
  if (parsed === undefined || repositoryOf(parsed) !== image.repository) return false;
  if (parsed.digest !== undefined) return parsed.digest === image.digest;
  return parsed.tag === undefined || image.tags.has(parsed.tag);
}

function repositoryIn(text: string): string | undefined {
  const parsed = tryImageReference(text.toLowerCase());
  return parsed && repositoryOf(parsed);
}

/** Whether the purl is the package's; a version or a qualifier that one of both leaves out may be any. */
function isPackage(product: string, ref: PackageRef): boolean {
  const wanted = parsePurl(product);
  if (wanted === undefined) return false;
  const own = ref.purl === undefined ? undefined : parsePurl(ref.purl);
  if (own === undefined) return isNamedPackage(wanted, ref);
  if (own.type !== wanted.type || own.namespace !== wanted.namespace || own.name !== wanted.name) return false;
  const versions = [own.version, purlVersion(own), ref.version];
  if (wanted.version !== '' && !versions.includes(wanted.version) && !versions.includes(purlVersion(wanted)))
    return false;
  return [...wanted.qualifiers].every(([key, value]) => (own.qualifiers.get(key) ?? value) === value);
}

/** Of a package without a purl there is the name that the scanner prints, of Java's with a colon. */
function isNamedPackage(wanted: Purl, { name, version }: PackageRef): boolean {
  const names = [purlName(wanted), `${wanted.namespace}:${wanted.name}`];
  const versions = [wanted.version, purlVersion(wanted)];
  return names.includes(name) && (wanted.version === '' || versions.includes(version));
}
