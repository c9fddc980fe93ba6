/**
 * Control characters, and those that change the direction of text: printed as they are, a name could repaint the
 * terminal or seem to be another one.
 */
const unsafe = /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** A text on one line, with nothing in it that a terminal would obey. */
export function shownText(text: string): string {
  return text.replace(unsafe, escaped);
}

/** JSON for programs, over several lines; characters that a terminal would obey are escaped in it. */
export function shownJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(unsafe, (character) =>
    character === '\n' ? '\n' : escaped(character),
  );
}

/** JSON on one line. */
export function shownJsonLine(value: unknown): string {
  return JSON.stringify(value).replace(unsafe, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
