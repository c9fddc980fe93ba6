import type { YAMLError, YAMLParseError } from 'yaml';

/** For the errors whose own message repeats a part of the file, which may be a secret, or says little. */
const words: Partial<Record<YAMLParseError['code'], string>> = {
  BAD_ALIAS: 'a value starts with * but names no anchor: put quotes around it',
  BAD_DIRECTIVE: 'a line that starts with % is no directive',
  BAD_DQ_ESCAPE: 'a backslash in double quotes escapes nothing: use single quotes',
  BAD_INDENT: 'the indentation does not fit the lines above',
  BAD_SCALAR_START: 'a value starts with a reserved character: put quotes around it',
  BLOCK_AS_IMPLICIT_KEY: 'a value has a colon and a space in it, or is a map on the same line: put quotes around it',
  IMPOSSIBLE: 'the text cannot be read',
  MISSING_CHAR: 'a character is missing, such as a closing quote or bracket, or the colon after a key',
  MULTILINE_IMPLICIT_KEY: 'a key has no colon after it',
  MULTIPLE_DOCS: 'there is a second document: remove the line ---',
  TAB_AS_INDENT: 'a tab is used to indent: use spaces',
  TAG_RESOLVE_FAILED: 'a value starts with ! and is taken for an unknown tag: put quotes around it',
  UNEXPECTED_TOKEN: 'something does not belong there',
};

/** What is wrong with the YAML, in words, without the file's text. */
export function syntaxWords(error: YAMLError): string {
  return words[error.code] ?? error.message;
}
