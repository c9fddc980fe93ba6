import type { PackageRef } from '../report.ts';
import { parsePurl, purlName } from './purl.ts';

/** What a report says of a package; every part may be missing. */
export interface NamedPackage {
  /** As the report prints it. */
  name?: string | undefined;
  version?: string | undefined;
  purl?: string | undefined;
  /** What tells a package without a name from another: a commit, a path, a reference inside the document. */
  reference?: string | undefined;
}

/** The package as it counts: the printed name, else the purl's, else whatever tells it from others. */
export function toPackageRef({ name, version, purl, reference }: NamedPackage): PackageRef {
  const parsed = purl === undefined ? undefined : parsePurl(purl);
  return {
    name: name || (parsed === undefined ? undefined : purlName(parsed)) || reference || '',
    version: version || parsed?.version || '',
    ...(parsed === undefined ? {} : { purl }),
  };
}

/** One key for what counts as one package: its name and its version. */
export function packageKey({ name, version }: PackageRef): string {
  return `${name}\0${version}`;
}
