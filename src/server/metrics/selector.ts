import { createPattern } from './pattern/pattern.ts';
import type { StepBudget } from './pattern/run.ts';
import { PatternFault } from './pattern/syntax.ts';

/** What is wrong with a selector: told to whoever sent it. */
export class SelectorFault extends Error {}

export interface Matcher {
  label: string;
  /** Of a label that is not there, the value is empty. Throws BudgetSpent (pattern/run.ts). */
  matches(value: string, budget: StepBudget): boolean;
}

/** An instant vector selector: all of its matchers have to match. `__name__` is a label like any other. */
export type Selector = readonly Matcher[];

const longestSelector = 8192;
const mostMatchers = 50;

/**
 * Parses an instant vector selector of PromQL, without offset or @: `name`, `name{label="value",other=~"a|b"}`,
 * `{__name__=~"container_.+"}`, `{"name", label!="x"}`. As where Prometheus
 * federates, it may match everything (`{job!="x"}`), but it has to say something. Throws SelectorFault.
 * Source: https://prometheus.io/docs/prometheus/latest/querying/basics/#instant-vector-selectors
 */
export function parseSelector(text: string): Selector {
  if (text.length > longestSelector)
    throw new SelectorFault(`a selector of more than ${String(longestSelector)} characters`);
  const reader = { text, at: 0 };
  const matchers: Matcher[] = [];
  const name = take(reader, /[a-zA-Z_:][a-zA-Z0-9_:]*/y);
  if (name !== undefined) matchers.push(equals('__name__', name));
  if (take(reader, /\{/y) !== undefined) readMatchers(reader, matchers);
  skipSpace(reader);
  if (reader.at < text.length || (name === undefined && matchers.length === 0)) {
    throw new SelectorFault(`not a selector at column ${String(reader.at + 1)}: ${text}`);
  }
  if (matchers.length > mostMatchers) throw new SelectorFault(`more than ${String(mostMatchers)} matchers: ${text}`);
  return matchers;
}

interface Reader {
  text: string;
  at: number;
}

function readMatchers(reader: Reader, matchers: Matcher[]): void {
  while (take(reader, /\}/y) === undefined) {
    const quoted = takeString(reader);
    const label = quoted ?? take(reader, /[a-zA-Z_][a-zA-Z0-9_]*/y);
    if (label === undefined) throw new SelectorFault(`no label at column ${String(reader.at + 1)}: ${reader.text}`);
    const operator = take(reader, /=~|!~|!=|=/y);
    if (operator === undefined && quoted === undefined) {
      throw new SelectorFault(`no =, !=, =~ or !~ at column ${String(reader.at + 1)}: ${reader.text}`);
    }
    matchers.push(operator === undefined ? equals('__name__', label) : readMatcher(reader, label, operator));
    if (take(reader, /,/y) === undefined && !/^\s*\}/.test(rest(reader))) {
      throw new SelectorFault(`neither comma nor brace at column ${String(reader.at + 1)}: ${reader.text}`);
    }
  }
}

function readMatcher(reader: Reader, label: string, operator: string): Matcher {
  const value = takeString(reader);
  if (value === undefined)
    throw new SelectorFault(`no text in quotes at column ${String(reader.at + 1)}: ${reader.text}`);
  if (operator === '=') return equals(label, value);
  if (operator === '!=') return { label, matches: (other) => other !== value };
  try {
    const pattern = createPattern(value);
    const isWanted = operator === '=~';
    return { label, matches: (other, budget) => pattern.matches(other, budget) === isWanted };
  } catch (error) {
    if (!(error instanceof PatternFault)) throw error;
    throw new SelectorFault(`the pattern of ${label} cannot be used: ${error.message}`, { cause: error });
  }
}

function equals(label: string, value: string): Matcher {
  return { label, matches: (other) => other === value };
}

function rest({ text, at }: Reader): string {
  return text.slice(at);
}

function skipSpace(reader: Reader): void {
  reader.at += /^\s*/.exec(rest(reader))?.[0].length ?? 0;
}

/** Goes behind what a sticky expression matches here, after white space. */
function take(reader: Reader, expression: RegExp): string | undefined {
  skipSpace(reader);
  expression.lastIndex = reader.at;
  const found = expression.exec(reader.text)?.[0];
  reader.at += found?.length ?? 0;
  return found;
}

function takeString(reader: Reader): string | undefined {
  const raw = take(reader, /`[^`]*`/y);
  if (raw !== undefined) return raw.slice(1, -1);
  const quoted = take(reader, /"(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*'/y);
  return quoted === undefined ? undefined : unquote(quoted);
}

const controls: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** The escapes of Go's strings, as PromQL has them. */
function unquote(quoted: string): string {
  const quote = quoted[0] ?? '';
  const escape = /\\(?:([abfnrtv\\'"])|x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|[\s\S])/g;
  return quoted
    .slice(1, -1)
    .replaceAll(escape, (whole, simple?: string, hex?: string, octal?: string, short?: string, long?: string) => {
      if (simple === '"' || simple === "'") {
        if (simple !== quote) throw new SelectorFault(`an escape that is not known: ${whole}`);
        return simple;
      }
      if (simple !== undefined) return controls[simple] ?? simple;
      const digits = hex ?? short ?? long;
      const code =
        digits === undefined ? (octal === undefined ? -1 : Number.parseInt(octal, 8)) : Number.parseInt(digits, 16);
      if (code < 0 || code > 0x10ffff) throw new SelectorFault(`an escape that is not known: ${whole}`);
      return String.fromCodePoint(code);
    });
}
