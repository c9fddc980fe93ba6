import { readFileSync } from 'node:fs';

export interface BuildInfo {
  version: string;
  /** The commit the program was built from, shortened to 12 characters; `unknown` outside a checkout. */
  commit: string;
  /** RFC 3339, UTC; `unknown` when run from sources. */
  buildDate: string;
}

/** Replaced by the bundler with the build's facts; running from sources there is no such name. */
declare const TALLYMAN_BUILD: BuildInfo | undefined;

export const buildInfo: BuildInfo = typeof TALLYMAN_BUILD === 'undefined' ? sourceBuildInfo() : TALLYMAN_BUILD;

function sourceBuildInfo(): BuildInfo {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return { version: manifest.version, commit: 'unknown', buildDate: 'unknown' };
}
