import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
  type YAMLMap,
} from 'yaml';
import { shownValue } from './raw-value.ts';
import { syntaxWords } from './yaml-syntax.ts';

/** A YAML file as a configuration needs it: texts as they were written, aliases put in, every part with its line. */
export type YamlTree =
  | { kind: 'text'; text: string; line: number }
  | { kind: 'nothing'; line: number }
  | { kind: 'list'; items: readonly YamlTree[]; line: number }
  | { kind: 'map'; entries: ReadonlyMap<string, YamlEntry>; line: number };

export interface YamlEntry {
  /** The line of the entry's name. */
  line: number;
  value: YamlTree;
}

export type YamlResult =
  | { tree: YamlTree; faults: readonly string[] }
  | { tree?: undefined; faults: readonly string[] };

/** Far above any real configuration; keeps aliases of aliases from growing without end. */
const mostValues = 10_000;
const deepest = 30;
const longestFile = 1024 * 1024;

/** Parses one YAML document. Faults start with `<name>:<line>`, and never show a value. */
export function parseYamlTree(text: string, name: string): YamlResult {
  if (text.length > longestFile) return { faults: [`${name} is larger than 1 MiB: no configuration is`] };
  const lineCounter = new LineCounter();
  const lineAt = (offset: number): number => Math.max(1, lineCounter.linePos(offset).line);
  try {
    const document = parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: false });
    const [problem] = [...document.errors, ...document.warnings];
    if (problem !== undefined) {
      return { faults: [`${name}:${String(lineAt(problem.pos[0]))} is not valid YAML: ${syntaxWords(problem)}`] };
    }
    return createReader(name, lineAt).read(document);
  } catch (error) {
    // The parser and its nodes recurse: thousands of open brackets exhaust the stack.
    if (error instanceof RangeError) return { faults: [`${name} is nested too deeply: no configuration is`] };
    throw error;
  }
}

/** Ends the reading of a file that is hopeless. */
class Unreadable extends Error {}

function createReader(name: string, lineAt: (offset: number) => number): { read(document: Document): YamlResult } {
  const faults: string[] = [];
  const anchors = new Map<string, Node>();
  let values = 0;

  const lineOf = (node: Node | null): number => lineAt(node?.range?.[0] ?? 0);

  const readNode = (node: Node | null, path: readonly string[], depth: number): YamlTree => {
    const line = lineOf(node);
    values += 1;
    if (values > mostValues)
      throw new Unreadable(
        `${name}:${String(line)} has more than ${String(mostValues)} values, aliases counted: no configuration has`,
      );
    if (depth > deepest)
      throw new Unreadable(
        `${name}:${String(line)} is nested more than ${String(deepest)} levels deep: no configuration is`,
      );
    if (isAlias(node)) return readNode(aliased(node.source, line), path, depth + 1);
    if (node !== null && 'anchor' in node && node.anchor !== undefined) anchors.set(node.anchor, node);
    if (isMap(node)) return { kind: 'map', entries: readEntries(node, path, depth), line };
    if (isSeq(node)) {
      const items = node.items.map((item) => readNode(item as Node | null, path, depth + 1));
      return { kind: 'list', items, line };
    }
    if (!isScalar(node) || node.value === null) return { kind: 'nothing', line };
    return {
      kind: 'text',
      text: typeof node.value === 'string' ? node.value : (node.source ?? ''),
      line,
    };
  };

  const aliased = (anchor: string, line: number): Node => {
    const node = anchors.get(anchor);
    // The name is not shown: a password that starts with * is an alias to YAML.
    if (node === undefined)
      throw new Unreadable(
        `${name}:${String(line)} is not valid YAML: a value starts with * but names no anchor: put quotes around it`,
      );
    return node;
  };

  const readEntries = (map: YAMLMap, path: readonly string[], depth: number): Map<string, YamlEntry> => {
    const entries = new Map<string, YamlEntry>();
    for (const pair of map.items) {
      const keyNode = pair.key as Node | null;
      const line = lineOf(keyNode);
      const key = readNode(keyNode, path, depth + 1);
      if (key.kind !== 'text') {
        faults.push(`${name}:${String(line)} has a key that is not text: write "key: value"`);
        continue;
      }
      const keyPath = [...path, key.text];
      const earlier = entries.get(key.text);
      if (earlier !== undefined) {
        faults.push(
          `${shownValue(keyPath.join('.'))} (${name}:${String(line)}) is given twice: keep this one or the one in line ${String(earlier.line)}`,
        );
      }
      entries.set(key.text, { line, value: readNode(pair.value as Node | null, keyPath, depth + 1) });
    }
    return entries;
  };

  return {
    read(document) {
      try {
        return { tree: readNode(document.contents, [], 0), faults };
      } catch (error) {
        if (error instanceof Unreadable) return { faults: [...faults, error.message] };
        throw error;
      }
    },
  };
}
