/** Compares two versions of one package: negative where the first is older. undefined: nobody can say. */
export type VersionOrder = (a: string, b: string) => number | undefined;

/**
 * How the versions of a package are ordered, by the type in its purl. Only where the ecosystem's rule is known and
 * simple enough to be followed to the letter; all others compare plain numbers (`1.2.10`) and nothing else.
 */
export function versionOrderOf(purl: string | undefined): VersionOrder {
  const type = /^pkg:([a-z0-9.+-]{1,32})\//i.exec(purl ?? '')?.[1]?.toLowerCase();
  if (type === 'deb') return compareDebian;
  if (type === 'rpm') return compareRpm;
  if (type === 'apk') return compareAlpine;
  return type !== undefined && semverTypes.has(type) ? compareSemver : compareNumbers;
}

const semverTypes: ReadonlySet<string> = new Set(['npm', 'cargo', 'golang']);
const lengthAtMost = 128;

/** Dotted numbers, as many as there are; a missing one is 0. */
function compareNumbers(a: string, b: string): number | undefined {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  return left && right && compareLists(left, right);
}

function numbersOf(version: string): bigint[] | undefined {
  if (version.length > lengthAtMost || !/^v?\d+(?:\.\d+)*$/.test(version)) return undefined;
  return version.replace('v', '').split('.').map(BigInt);
}

function compareLists(a: readonly bigint[], b: readonly bigint[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
    const difference = (a[i] ?? 0n) - (b[i] ?? 0n);
    if (difference !== 0n) return difference < 0n ? -1 : 1;
  }
  return 0;
}

/** Semantic Versioning 2.0.0, section 11; build metadata is left out. */
function compareSemver(a: string, b: string): number | undefined {
  const [left, right] = [splitSemver(a), splitSemver(b)];
  if (left === undefined || right === undefined) return undefined;
  return compareLists(left.numbers, right.numbers) || comparePrerelease(left.prerelease, right.prerelease);
}

function splitSemver(version: string): { numbers: bigint[]; prerelease: readonly string[] } | undefined {
  if (version.length > lengthAtMost) return undefined;
  const match = /^(v?\d+(?:\.\d+)*)(?:-([0-9a-z-]+(?:\.[0-9a-z-]+)*))?(?:\+[0-9a-z.-]*)?$/i.exec(version);
  const numbers = match?.[1] === undefined ? undefined : numbersOf(match[1]);
  return numbers && { numbers, prerelease: match?.[2]?.split('.') ?? [] };
}

function comparePrerelease(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return Math.sign(b.length - a.length);
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
    const [left, right] = [a[i], b[i]];
    if (left === undefined || right === undefined) return left === undefined ? -1 : 1;
    const order = compareIdentifiers(left, right);
    if (order !== 0) return order;
  }
  return 0;
}

function compareIdentifiers(a: string, b: string): number {
  const isNumber = (text: string): boolean => /^\d+$/.test(text);
  if (isNumber(a) && isNumber(b)) return compareLists([BigInt(a)], [BigInt(b)]);
  if (isNumber(a) !== isNumber(b)) return isNumber(a) ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** deb-version(7): epoch, upstream version, revision; each by dpkg's own comparison. */
function compareDebian(a: string, b: string): number | undefined {
  const [left, right] = [splitDebian(a), splitDebian(b)];
  if (left === undefined || right === undefined) return undefined;
  const epochs = compareLists([left.epoch], [right.epoch]);
  return epochs || compareDpkg(left.upstream, right.upstream) || compareDpkg(left.revision, right.revision);
}

function splitDebian(version: string): { epoch: bigint; upstream: string; revision: string } | undefined {
  if (version.length > lengthAtMost) return undefined;
  const match = /^(?:(\d+):)?([0-9a-z.+~:-]+)$/i.exec(version);
  if (match?.[2] === undefined) return undefined;
  const dash = match[2].lastIndexOf('-');
  const upstream = dash === -1 ? match[2] : match[2].slice(0, dash);
  return { epoch: BigInt(match[1] ?? 0), upstream, revision: dash === -1 ? '' : match[2].slice(dash + 1) };
}

/** Texts and numbers in turn; in texts a tilde comes before the end, letters before all other characters. */
function compareDpkg(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const [one = '', other = ''] = [left[i], right[i]];
    const order = i % 2 === 1 ? compareLists([BigInt(one)], [BigInt(other)]) : compareDpkgText(one, other);
    if (order !== 0) return order;
  }
  return 0;
}

/** `1.2a` as `['', '1', '.', '2', 'a']`: texts at even places, numbers at odd ones. */
function partsOf(text: string): string[] {
  return text.split(/(\d+)/);
}

function compareDpkgText(a: string, b: string): number {
  const weight = (character: string | undefined): number => {
    if (character === undefined) return 0;
    if (character === '~') return -1;
    return /[a-z]/i.test(character) ? character.charCodeAt(0) : character.charCodeAt(0) + 256;
  };
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
    const difference = weight(a[i]) - weight(b[i]);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

/** rpm's rpmvercmp of epoch, version and release; a release that one of them lacks is not compared. */
function compareRpm(a: string, b: string): number | undefined {
  const [left, right] = [splitRpm(a), splitRpm(b)];
  if (left === undefined || right === undefined) return undefined;
  const order = compareLists([left.epoch], [right.epoch]) || compareRpmPart(left.version, right.version);
  return order || (left.release === '' || right.release === '' ? 0 : compareRpmPart(left.release, right.release));
}

function splitRpm(text: string): { epoch: bigint; version: string; release: string } | undefined {
  if (text.length > lengthAtMost) return undefined;
  const match = /^(?:(\d+):)?([0-9a-z._+~^]+)(?:-([0-9a-z._+~^]+))?$/i.exec(text);
  return match?.[2] === undefined
    ? undefined
    : { epoch: BigInt(match[1] ?? 0), version: match[2], release: match[3] ?? '' };
}

function compareRpmPart(a: string, b: string): number {
  const [left, right] = [segmentsOf(a), segmentsOf(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const order = compareSegments(left[i], right[i]);
    if (order !== 0) return order;
  }
  return 0;
}

/** Numbers, words and the marks that have a meaning; all else only separates. */
function segmentsOf(text: string): readonly string[] {
  return text.match(/\d+|[a-z]+|~|\^/gi) ?? [];
}

/** A tilde is older than the end, a caret newer than the end and older than anything else; numbers beat words. */
function compareSegments(a: string | undefined, b: string | undefined): number {
  const rank = (segment: string | undefined): number => {
    if (segment === '~') return 0;
    if (segment === undefined) return 1;
    if (segment === '^') return 2;
    return /^\d/.test(segment) ? 4 : 3;
  };
  const difference = rank(a) - rank(b);
  if (difference !== 0 || a === undefined || b === undefined) return Math.sign(difference);
  return /^\d/.test(a) ? compareLists([BigInt(a)], [BigInt(b)]) : a < b ? -1 : a > b ? 1 : 0;
}

/** Alpine's numbers, one letter and the build's number; versions with suffixes such as `_rc1` are not compared. */
function compareAlpine(a: string, b: string): number | undefined {
  const [left, right] = [splitAlpine(a), splitAlpine(b)];
  return left && right && compareLists(left, right);
}

const alpineParts = 16;

function splitAlpine(version: string): bigint[] | undefined {
  if (version.length > lengthAtMost) return undefined;
  const match = /^(\d+(?:\.\d+)*)([a-z])?(?:-r(\d+))?$/.exec(version);
  const numbers = match?.[1] === undefined ? undefined : numbersOf(match[1]);
  if (numbers === undefined || numbers.length > alpineParts) return undefined;
  const padded = Array.from({ length: alpineParts }, (_, index) => numbers[index] ?? 0n);
  return [...padded, BigInt(match?.[2]?.charCodeAt(0) ?? 0), BigInt(match?.[3] ?? 0)];
}
