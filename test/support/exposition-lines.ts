import type { ExpositionFormat, Sample } from './exposition.ts';

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*/;
const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const specialValues = new Map([
  ['NaN', Number.NaN],
  ['+Inf', Number.POSITIVE_INFINITY],
  ['-Inf', Number.NEGATIVE_INFINITY],
]);

/** A HELP, TYPE or UNIT line, without its escapes. */
export interface Descriptor {
  kind: 'HELP' | 'TYPE' | 'UNIT';
  name: string;
  text: string;
}

/**
 * Parses `# HELP name text` and the like; undefined for a comment of another kind.
 * Throws on a bad name and on escapes that the format does not know.
 */
export function parseDescriptor(line: string, format: ExpositionFormat): Descriptor | undefined {
  const match = /^# (HELP|TYPE|UNIT) (\S+)(?: (.*))?$/s.exec(line);
  if (match === null) {
    if (format === 'openmetrics' || /^#\s*(HELP|TYPE)\b/.test(line)) throw new Error(`not a descriptor: ${line}`);
    return undefined;
  }
  const [, kind, name = '', text = ''] = match;
  if (metricName.exec(name)?.[0] !== name) throw new Error(`bad metric name: ${name}`);
  if (kind === 'HELP') return { kind, name, text: unescape(text, format === 'openmetrics' ? '\\n"' : '\\n') };
  if (kind === 'TYPE' || (kind === 'UNIT' && format === 'openmetrics')) return { kind, name, text };
  return undefined;
}

/** Parses `name{label="value",...} value [timestamp]`. Milliseconds of the Prometheus format become seconds. */
export function parseSample(line: string, format: ExpositionFormat): Sample {
  const name = metricName.exec(line)?.[0];
  if (name === undefined) throw new Error(`bad metric name: ${line}`);
  const { labels, rest } =
    line[name.length] === '{' ? parseLabels(line, name.length + 1) : { labels: {}, rest: line.slice(name.length) };
  const [before, value = '', timestamp, ...more] = rest.split(' ');
  if (before !== '' || more.length > 0) throw new Error(`not "value" or "value timestamp" behind one space: ${line}`);
  const sample = { name, labels, value: parseNumber(value) };
  return timestamp === undefined ? sample : { ...sample, timestamp: parseTimestamp(timestamp, format) };
}

function parseTimestamp(text: string, format: ExpositionFormat): number {
  if (format === 'openmetrics') return parseNumber(text);
  if (!/^-?\d+$/.test(text)) throw new Error(`a timestamp is whole milliseconds: ${text}`);
  return Number(text) / 1000;
}

function parseNumber(text: string): number {
  const special = specialValues.get(text);
  if (special !== undefined) return special;
  if (!decimal.test(text)) throw new Error(`not a number: ${text}`);
  return Number(text);
}

/** `start` is behind the opening brace; `rest` is what follows the closing one. */
function parseLabels(line: string, start: number): { labels: Record<string, string>; rest: string } {
  const labels: Record<string, string> = {};
  let at = start;
  if (line[at] === '}') return { labels, rest: line.slice(at + 1) };
  for (;;) {
    const name = labelName.exec(line.slice(at))?.[0];
    if (name === undefined || line.slice(at + name.length, at + name.length + 2) !== '="') {
      throw new Error(`not a label at column ${String(at + 1)}: ${line}`);
    }
    if (Object.hasOwn(labels, name)) throw new Error(`label ${name} twice: ${line}`);
    if (name === '__name__') throw new Error(`a label __name__: ${line}`);
    at += name.length + 2;
    const end = findQuote(line, at);
    labels[name] = unescape(line.slice(at, end), '\\n"');
    at = end + 1;
    if (line[at] === '}') return { labels, rest: line.slice(at + 1) };
    if (line[at] !== ',') throw new Error(`neither comma nor brace at column ${String(at + 1)}: ${line}`);
    at += 1;
  }
}

/** The position of the next quote that no backslash stands before. */
function findQuote(line: string, start: number): number {
  for (let at = start; at < line.length; at += 1) {
    if (line[at] === '\\') at += 1;
    else if (line[at] === '"') return at;
  }
  throw new Error(`a label value without an end: ${line}`);
}

/** Resolves backslash escapes; `known` has the characters that may stand behind a backslash. */
function unescape(text: string, known: string): string {
  return text.replaceAll(/\\(.?)/gsu, (escape, character: string) => {
    if (character === '' || !known.includes(character)) throw new Error(`bad escape ${escape} in: ${text}`);
    return character === 'n' ? '\n' : character;
  });
}
