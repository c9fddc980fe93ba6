/** A package URL (github.com/package-url/purl-spec): `pkg:type/namespace/name@version?qualifiers#subpath`. */
export interface Purl {
  type: string;
  /** Empty: none. */
  namespace: string;
  name: string;
  /** Empty: none. */
  version: string;
  qualifiers: ReadonlyMap<string, string>;
}

/** undefined where it is none. The `#subpath` names a part of the package, and is left out. */
export function parsePurl(text: string): Purl | undefined {
  const match = /^pkg:\/*([a-z][a-z\d.+-]*)\/([^?#]+)(?:\?([^#]*))?(?:#.*)?$/is.exec(text.trim());
  if (match === null) return undefined;
  const [, type = '', path = '', query = ''] = match;
  // An @ of the namespace is written as %40, or, by some, as it is: then it is the first character of a segment.
  const at = path.lastIndexOf('@');
  const hasVersion = at > 0 && path[at - 1] !== '/' && !path.slice(at).includes('/');
  const segments = (hasVersion ? path.slice(0, at) : path).split('/').filter((segment) => segment !== '');
  const decoded = segments.map((segment) => decode(segment));
  const name = decoded.pop();
  if (name === undefined || name === '') return undefined;
  return {
    type: type.toLowerCase(),
    namespace: decoded.join('/'),
    name,
    version: hasVersion ? decode(path.slice(at + 1)) : '',
    qualifiers: toQualifiers(query),
  };
}

/** Distributions' packages are named alike in all of their namespaces. */
const systemTypes: ReadonlySet<string> = new Set(['deb', 'apk', 'rpm']);

/** The name by which a package counts: `namespace/name`, without the namespace for packages of a distribution. */
export function purlName({ type, namespace, name }: Purl): string {
  return namespace === '' || systemTypes.has(type) ? name : `${namespace}/${name}`;
}

/** The version with its epoch, as Debian and RPM write it; some scanners put the epoch into the qualifiers. */
export function purlVersion({ version, qualifiers }: Purl): string {
  const epoch = qualifiers.get('epoch');
  return epoch === undefined || version === '' || version.includes(':') ? version : `${epoch}:${version}`;
}

function toQualifiers(query: string): Map<string, string> {
  const qualifiers = new Map<string, string>();
  for (const part of query.split('&')) {
    const [key = '', value = ''] = splitOnce(part, '=');
    if (key !== '' && value !== '') qualifiers.set(key.toLowerCase(), decode(value));
  }
  return qualifiers;
}

function splitOnce(text: string, separator: string): string[] {
  const index = text.indexOf(separator);
  return index === -1 ? [text] : [text.slice(0, index), text.slice(index + separator.length)];
}

/** Percent encoding; what is broken stays as it is. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
