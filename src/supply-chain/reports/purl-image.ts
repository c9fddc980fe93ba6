import { parsePurl } from '../counting/purl.ts';
import { isDigest } from '../image-reference.ts';

/** The image that a purl names (`pkg:oci/app@sha256:...?repository_url=ghcr.io/org/app&tag=1.2`). */
export function imageOfPurl(purl: string | undefined): { reference?: string; repoDigest?: string } {
  const parsed = purl === undefined ? undefined : parsePurl(purl);
  if (parsed?.type !== 'oci' && parsed?.type !== 'docker') return {};
  const { namespace, name, version, qualifiers } = parsed;
  const path = namespace === '' ? name : `${namespace}/${name}`;
  const repository = fullRepository(path, qualifiers.get('repository_url'));
  const tag = qualifiers.get('tag') ?? (isDigest(version) || version === '' ? undefined : version);
  return {
    reference: tag === undefined ? repository : `${repository}:${tag}`,
    ...(isDigest(version) ? { repoDigest: `${repository}@${version}` } : {}),
  };
}

/** The qualifier names the repository; some leave out its last part, which is the purl's name. */
function fullRepository(path: string, url: string | undefined): string {
  if (url === undefined) return path;
  const repository = url.replace(/^https?:\/\//i, '').replace(/\/+$/, '');
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (repository.toLowerCase().endsWith(`/${name.toLowerCase()}`)) return repository;
  return `${repository}/${path}`;
}
