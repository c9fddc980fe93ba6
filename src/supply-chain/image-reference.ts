import { TallymanError } from '../base/errors.ts';

/** A reference to an image as Docker reads it, with everything that Docker fills in. */
export interface ImageReference {
  /** `docker.io`, `ghcr.io`, `localhost:5000`. */
  registry: string;
  /** The path inside the registry: `library/nginx`. */
  path: string;
  /** The tag as written; undefined: none was. */
  tag: string | undefined;
  /** `sha256:...` */
  digest: string | undefined;
}

const defaultRegistry = 'docker.io';
/** The name by which Docker Hub's first clients called it. */
const oldDefaultRegistry = 'index.docker.io';
const officialFolder = 'library/';
const defaultTag = 'latest';

/** Docker's own limit, on registry and path together. */
const longestName = 255;
const longestReference = longestName + 1 + 128 + 1 + 200;

const hostPart = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const registryForm = new RegExp(String.raw`^(?:${hostPart}(?:\.${hostPart})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?$`);
const pathForm = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const tagForm = /^\w[\w.-]{0,127}$/;
const digestForm = /^(?:sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})$/;
/** What `docker` takes for an image's id, and not for a name. */
const idForm = /^[a-f0-9]{64}$/;

/**
 * Reads an image reference by the rules of the docker client: `nginx` is `docker.io/library/nginx`, and what stands
 * before the first slash is a registry if it has a dot or a port, is `localhost`, or has a capital letter.
 *
 * @throws {TallymanError} IMAGE_REFERENCE for what docker does not take either
 */
export function parseImageReference(text: string): ImageReference {
  if (text.length > longestReference) refuse(`${text.slice(0, 60)}...`, 'it is too long');
  const [named, digest] = splitAt(text, text.indexOf('@'));
  if (digest !== undefined && !digestForm.test(digest)) {
    refuse(text, 'what follows the @ has to be a digest, like sha256: and 64 hexadecimal digits in lower case');
  }
  // A colon before the last slash is a port's.
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  const [name, tag] = splitAt(named, colon);
  if (tag !== undefined && !tagForm.test(tag)) {
    refuse(text, 'a tag has letters, digits, dots, dashes and underscores, 128 at most');
  }
  if (idForm.test(name)) refuse(text, "this is an image's id: give its name, or name@sha256:...");
  const { registry, path } = splitName(name);
  if (!registryForm.test(registry)) refuse(text, `${JSON.stringify(registry)} is no name of a registry`);
  if (path !== path.toLowerCase()) refuse(text, "a repository's name is in lower case");
  if (!pathForm.test(path)) {
    refuse(
      text,
      "a repository's name has lower-case letters and digits, with dots, dashes and underscores between them",
    );
  }
  if (registry.length + 1 + path.length > longestName) refuse(text, 'its name is longer than 255 characters');
  return { registry, path, tag, digest };
}

/** As parseImageReference; undefined where that would throw. */
export function tryImageReference(text: string): ImageReference | undefined {
  try {
    return parseImageReference(text);
  } catch {
    return undefined;
  }
}

/** `docker.io/library/nginx` */
export function repositoryOf({ registry, path }: ImageReference): string {
  return `${registry}/${path}`;
}

/** The tag that is meant: `latest` where there is neither a tag nor a digest. */
export function tagOf({ tag, digest }: ImageReference): string | undefined {
  return tag ?? (digest === undefined ? defaultTag : undefined);
}

/** In full: `docker.io/library/nginx:latest`. Reading it again gives the same. */
export function imageReferenceText(reference: ImageReference): string {
  const tag = tagOf(reference);
  return `${repositoryOf(reference)}${tag === undefined ? '' : `:${tag}`}${digestText(reference)}`;
}

/** As people write it: `nginx:latest`. */
export function familiarReferenceText(reference: ImageReference): string {
  const tag = tagOf(reference);
  return `${familiarRepository(reference)}${tag === undefined ? '' : `:${tag}`}${digestText(reference)}`;
}

/** Whether it is a digest in the form that images have. */
export function isDigest(text: string): boolean {
  return digestForm.test(text);
}

function familiarRepository(reference: ImageReference): string {
  const { registry, path } = reference;
  if (registry !== defaultRegistry) return repositoryOf(reference);
  const short = path.startsWith(officialFolder) ? path.slice(officialFolder.length) : path;
  // What would be read as another: `a.b/c` has a registry, `library/a/b` without its folder is no official image.
  return [short, path].find((text) => isReadAs(text, reference)) ?? repositoryOf(reference);
}

function isReadAs(name: string, { registry, path }: ImageReference): boolean {
  const read = splitName(name);
  return read.registry === registry && read.path === path;
}

function digestText({ digest }: ImageReference): string {
  return digest === undefined ? '' : `@${digest}`;
}

function splitName(name: string): { registry: string; path: string } {
  const slash = name.indexOf('/');
  const first = slash === -1 ? '' : name.slice(0, slash);
  const isRegistry = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  const given = isRegistry ? first : defaultRegistry;
  const registry = given === oldDefaultRegistry ? defaultRegistry : hostName(given);
  const path = isRegistry ? name.slice(slash + 1) : name;
  const isOfficial = registry === defaultRegistry && !path.includes('/');
  return { registry, path: isOfficial ? `${officialFolder}${path}` : path };
}

/** Host names are the same in any case; one without a dot or port is taken for a registry by its capitals only. */
function hostName(registry: string): string {
  return /[.:]/.test(registry) ? registry.toLowerCase() : registry;
}

function splitAt(text: string, index: number): [string, string | undefined] {
  return index === -1 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)];
}

function refuse(text: string, reason: string): never {
  throw new TallymanError('IMAGE_REFERENCE', `${JSON.stringify(text)} is no image reference: ${reason}`);
}
