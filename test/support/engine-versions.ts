import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * - `20.10`: the machine's own dockerd, which on Debian 12 is 20.10
 * - `28`: the testing suite's, in a folder that `scripts/install-test-tools.sh` makes
 */
export type EngineVersion = '20.10' | '28';

export const engineVersions = ['20.10', '28'] as const satisfies readonly EngineVersion[];

/** The folder with the current engine's Linux installation; it may be missing. */
export function currentEngineRoot(): string {
  const { TALLYMAN_TEST_CACHE, XDG_CACHE_HOME } = process.env;
  return join(TALLYMAN_TEST_CACHE ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'tallyman'), 'forky');
}
