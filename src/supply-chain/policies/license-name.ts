/**
 * A licence's name brought to one form, so that the many ways to write one compare: an SPDX id in small letters for
 * GNU's licences (`GNU Affero General Public License v3 or later` and `AGPLv3+` are `agpl-3.0-or-later`), and for all
 * others the words in small letters with single blanks between them.
 */
export function licenseKey(name: string): string {
  const words = plainWords(name);
  const gnu = gnuName.exec(words);
  if (gnu === null) return words;
  const [, family = '', major, minor = '0', rest = ''] = gnu;
  if (major === undefined) return rest === '' ? family : words;
  const suffix = suffixes.get(rest);
  return suffix === undefined ? words : `${family}-${major}.${minor}${suffix}`;
}

/** Whether a text speaks of the licence with this key, among other words. */
export function mentionsLicense(text: string, key: string): boolean {
  if (key === '') return false;
  const words = plainWords(text);
  const gnu = /^([al]?gpl)(?:-(\d)\.(\d)(-only|-or-later))?$/.exec(key);
  if (gnu === null) return ` ${words} `.includes(` ${key} `);
  const [, family = '', major, minor = '', suffix] = gnu;
  if (major === undefined) return new RegExp(`\\b${family}\\b(?! \\d)`).test(words);
  const version = minor === '0' ? `${major}(?: 0)?(?! \\d)` : `${major} ${minor}`;
  const later = ' (?:plus|(?:or )?(?:any )?(?:later|newer))';
  return new RegExp(`\\b${family} ${version}${suffix === '-only' ? `(?!${later})` : later}\\b`).test(words);
}

const gnuName = /^(agpl|lgpl|gpl)(?: (\d)(?: (\d))?)?((?: [a-z]+)*)$/;

const suffixes: ReadonlyMap<string, string> = new Map([
  ['', '-only'],
  [' only', '-only'],
  [' plus', '-or-later'],
  [' or later', '-or-later'],
  [' or newer', '-or-later'],
  [' or any later', '-or-later'],
]);

const textAtMost = 2000;

/** In the order they are replaced: the long names first, since others are parts of them. */
const shorter: readonly (readonly [RegExp, string])[] = [
  [/\+/g, ' plus '],
  [/[^a-z0-9]+/g, ' '],
  [/\baffero (?:general public|gpl)\b/g, 'agpl'],
  [/\b(?:lesser|library) (?:general public|gpl)\b/g, 'lgpl'],
  [/\bgeneral public\b/g, 'gpl'],
  [/\b([al]?gpl) ?v?(?=\d)/g, '$1 '],
  [/\bv(?=\d)/g, ' '],
  [/\b(?:the|gnu|licen[cs]e|version|v)\b/g, ' '],
  [/ +/g, ' '],
];

function plainWords(name: string): string {
  let words = name.slice(0, textAtMost).toLowerCase();
  for (const [long, short] of shorter) words = words.replaceAll(long, short);
  return words.trim();
}
