/**
 * Whether an agent is too old for this server: more than one release behind. A release is a change of the version's
 * second part; the first release of a new major version comes right after the last of the one before. Versions that
 * cannot be read are never too old.
 */
export function isAgentTooOld(agent: string, server: string): boolean {
  const [theirs, ours] = [release(agent), release(server)];
  if (theirs === undefined || ours === undefined) return false;
  if (theirs.major === ours.major) return theirs.minor < ours.minor - 1;
  return theirs.major < ours.major && (theirs.major < ours.major - 1 || ours.minor > 0);
}

function release(version: string): { major: number; minor: number } | undefined {
  const [, major, minor] = /^v?(\d{1,9})\.(\d{1,9})(?:[.+-]|$)/.exec(version) ?? [];
  return major === undefined || minor === undefined ? undefined : { major: Number(major), minor: Number(minor) };
}
