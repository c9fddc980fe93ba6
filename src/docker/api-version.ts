/** The newest Engine API version Tallyman was written for; a newer engine is asked in this one. */
export const newestApiVersion = '1.52';
/** The first version with `one-shot=true` for statistics (Docker 20.10). */
export const oneShotApiVersion = '1.41';

/** Orders API versions by number: 1.9 comes before 1.41. Negative when `a` is older. */
export function compareApiVersions(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA - majorB || minorA - minorB;
}

export function isApiVersion(text: string): boolean {
  return /^\d{1,3}\.\d{1,4}$/.test(text);
}

/** The version to speak with an engine whose newest is `engineVersion`: the older of the two sides' newest. */
export function negotiateApiVersion(engineVersion: string): string {
  return compareApiVersions(engineVersion, newestApiVersion) < 0 ? engineVersion : newestApiVersion;
}
