import { errorText } from '../../base/errors.ts';
import { shownValue } from '../../config/raw-value.ts';
import { isDigest, parseImageReference } from '../../supply-chain/image-reference.ts';
import { parseName, type FlagValue } from './flags.ts';

/** What a word is that a subcommand takes: ID is a policy's, REF an image's. */
export type WordKind = 'NAME' | 'FILE' | 'ID' | 'KEY=VALUE' | 'ORG' | 'REF';

/** Checks a word, as far as it can be told without the server. */
export function parseWord(kind: WordKind, text: string): FlagValue<string> {
  switch (kind) {
    case 'REF':
      return isKey(text) ? { ok: true, value: text } : parseReference(text);
    case 'KEY=VALUE':
      if (/^[^=]+=/.test(text)) return { ok: true, value: text };
      return { ok: false, message: `${shownValue(text)} is not KEY=VALUE` };
    case 'FILE':
      return { ok: true, value: text };
    default:
      return parseName(text);
  }
}

/** What stands in lists of images for one: its digest, or the tag of one whose digest nobody knows. */
function isKey(text: string): boolean {
  return isDigest(text) || text.startsWith('tag:');
}

/** An image's name as docker takes it. */
export function parseReference(text: string): FlagValue<string> {
  try {
    // Docker would take it for the tag of a repository named sha256.
    if (isDigest(text)) return { ok: false, message: `${text} is a digest: write the name before it, NAME@${text}` };
    parseImageReference(text);
    return { ok: true, value: text };
  } catch (error) {
    return { ok: false, message: errorText(error) };
  }
}
