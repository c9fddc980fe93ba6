/** A licence expression of SPDX; a leaf's `+` stays part of its id. */
export type LicenseExpression =
  | { kind: 'license'; id: string; exception: string | undefined }
  | { kind: 'and'; parts: readonly LicenseExpression[] }
  | { kind: 'or'; parts: readonly LicenseExpression[] };

const textAtMost = 8192;
const depthAtMost = 64;

/**
 * Parses an SPDX licence expression (SPDX 2.3, annex D): ids, `+`, WITH, AND, OR and parentheses, operators in any case.
 * `or later` is taken for `+`. undefined: the text is no expression but a name, or too long or too deep to be one.
 */
export function parseLicenseExpression(text: string): LicenseExpression | undefined {
  if (text.length > textAtMost) return undefined;
  const folded = foldOrLater(text);
  const tokens = folded.match(/[()]|[^\s()]+/g) ?? [];
  const parser: Parser = { tokens, position: 0 };
  const expression = parseOr(parser, 0);
  return parser.position === tokens.length ? expression : undefined;
}

/** `GPL-2 or later` is one licence and no choice. */
export function foldOrLater(text: string): string {
  return text.replaceAll(/\s+or\s+(?:any\s+)?(?:later|newer)(?:\s+versions?)?(?![\w.-])/gi, '+');
}

interface Parser {
  tokens: readonly string[];
  position: number;
}

function parseOr(parser: Parser, depth: number): LicenseExpression | undefined {
  return parseJoined(parser, 'or', () => parseJoined(parser, 'and', () => parseTerm(parser, depth)));
}

function parseJoined(
  parser: Parser,
  kind: 'and' | 'or',
  parsePart: () => LicenseExpression | undefined,
): LicenseExpression | undefined {
  const parts: LicenseExpression[] = [];
  do {
    const part = parsePart();
    if (part === undefined) return undefined;
    parts.push(part);
  } while (takeWord(parser, kind));
  const [only] = parts;
  return parts.length === 1 ? only : { kind, parts };
}

function parseTerm(parser: Parser, depth: number): LicenseExpression | undefined {
  if (depth > depthAtMost) return undefined;
  if (takeWord(parser, '(')) {
    const inner = parseOr(parser, depth + 1);
    return takeWord(parser, ')') ? inner : undefined;
  }
  const id = takeId(parser, /^(?:DocumentRef-[\w.-]+:)?[a-z0-9][\w.-]*\+?$/i);
  if (id === undefined) return undefined;
  if (!takeWord(parser, 'with')) return { kind: 'license', id, exception: undefined };
  const exception = takeId(parser, /^[\w.-]+$/);
  return exception === undefined ? undefined : { kind: 'license', id, exception };
}

function takeWord(parser: Parser, word: string): boolean {
  if (parser.tokens[parser.position]?.toLowerCase() !== word) return false;
  parser.position += 1;
  return true;
}

const operators: ReadonlySet<string> = new Set(['and', 'or', 'with']);

function takeId(parser: Parser, form: RegExp): string | undefined {
  const token = parser.tokens[parser.position];
  if (token === undefined || operators.has(token.toLowerCase()) || !form.test(token)) return undefined;
  parser.position += 1;
  return token;
}
