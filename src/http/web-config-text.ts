import {
  isMap,
  isPair,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  type Scalar,
  type YAMLError,
} from 'yaml';
import type { z } from 'zod';
import { webConfigSchema, type WebConfigFile } from './web-config-schema.ts';

type Path = readonly PropertyKey[];

export type WebConfigText =
  | {
      ok: true;
      file: WebConfigFile;
      /** Words a fault of what is at a path, with its line. */
      fault: (path: Path, message: string) => string;
    }
  | { ok: false; faults: readonly string[] };

/** Parses the text of a web configuration file as far as that goes without other files. */
export function parseWebConfigText(text: string): WebConfigText {
  const lines = new LineCounter();
  // No pretty errors: they quote the line, which may hold a key or a hash.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true, logLevel: 'error' });
  const at = (offset: number): string => `line ${lines.linePos(offset).line}`;
  const fault = (path: Path, message: string): string => {
    const key = toKey(path);
    return `${at(offsetOf(document, path))}: ${key === '' ? '' : `${key}: `}${message}`;
  };
  const syntax = [...document.errors, ...document.warnings];
  if (syntax.length > 0)
    return { ok: false, faults: syntax.map((error) => `${at(error.pos[0])}: ${syntaxFault(error)}`) };

  const unusable = protoKeys(document).map((key) => `${at(startOf(key) ?? 0)}: __proto__ cannot be used as a key`);
  if (unusable.length > 0) return { ok: false, faults: unusable };

  const parsed = webConfigSchema.safeParse(toValue(document));
  if (!parsed.success) {
    return { ok: false, faults: parsed.error.issues.flatMap(toFaults).map(([path, message]) => fault(path, message)) };
  }
  return { ok: true, file: parsed.data ?? {}, fault };
}

function syntaxFault(error: YAMLError): string {
  return error.code === 'MULTIPLE_DOCS' ? 'a second document; one is read' : `not valid YAML: ${error.message}`;
}

/** Objects lose a key of this name, and with it the only user there may be. */
function protoKeys(document: Document): Scalar[] {
  const found: Scalar[] = [];
  visit(document, {
    Scalar: (role, node) => {
      if (role === 'key' && node.value === '__proto__') found.push(node);
    },
  });
  return found;
}

function toValue(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    // Only aliases that would unfold to something huge; a string fails the schema.
    return 'aliases beyond measure';
  }
}

function toFaults(issue: z.core.$ZodIssue): [Path, string][] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => [[...issue.path, key], 'unknown key']);
  return [[issue.path, inYamlTerms(issue.message)]];
}

function inYamlTerms(message: string): string {
  return message
    .replace(/^Invalid (?:input|option): /, '')
    .replaceAll(/\b(?:object|record)\b/g, 'mapping')
    .replaceAll(/\barray\b/g, 'list');
}

function toKey(path: Path): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}

/** Where in the text a path is; where it does not exist, the closest thing around it. */
function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part));
      if (!isPair(pair)) break;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else {
      node = document.getIn(path.slice(0, path.indexOf(part) + 1), true);
      offset = startOf(node) ?? offset;
    }
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
