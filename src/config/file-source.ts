import type { KeyTable } from './key.ts';
import { nearest } from './nearest.ts';
import { shownValue, type RawValue, type SourceValue } from './raw-value.ts';
import { parseYamlTree, type YamlEntry, type YamlTree } from './yaml-tree.ts';

export interface FileOptions {
  /** As users wrote it; begins every origin. */
  name: string;
  /** Sections whose keys are of one sort, and what to call one: `{'collection.collectors': 'collector'}`. */
  sections: Readonly<Record<string, string>>;
}

export interface FileReading {
  values: ReadonlyMap<string, SourceValue>;
  faults: readonly string[];
}

/** Finds the table's keys in a YAML file's nested sections. Empty sections and keys without value are left out. */
export function readFileSource(table: KeyTable, text: string, options: FileOptions): FileReading {
  const { tree, faults: treeFaults } = parseYamlTree(text, options.name);
  if (tree === undefined) return { values: new Map(), faults: treeFaults };
  if (tree.kind === 'list' || tree.kind === 'text') {
    const root = `${options.name}:${String(tree.line)} is not a map at the top: write sections such as "server:"`;
    return { values: new Map(), faults: [...treeFaults, root] };
  }
  const values = new Map<string, SourceValue>();
  const faults = [...treeFaults];
  const sections = sectionNames(table);

  const readSection = (entries: ReadonlyMap<string, YamlEntry>, prefix: string): void => {
    for (const [name, entry] of entries) {
      const path = prefix === '' ? name : `${prefix}.${name}`;
      const origin = `${options.name}:${String(entry.line)}`;
      if (Object.hasOwn(table, path) && !name.includes('.')) {
        if (entry.value.kind !== 'nothing') values.set(path, sourceValue(entry, options.name));
      } else if (!sections.has(path) || name.includes('.')) {
        faults.push(unknownKey(table, sections, { path, prefix, name, origin, noun: options.sections[prefix] }));
      } else if (entry.value.kind === 'map') {
        readSection(entry.value.entries, path);
      } else if (entry.value.kind !== 'nothing') {
        faults.push(`${path} (${origin}) is not a section: write its keys below it, indented`);
      }
    }
  };
  if (tree.kind === 'map') readSection(tree.entries, '');
  return { values, faults };
}

interface Unknown {
  path: string;
  prefix: string;
  name: string;
  origin: string;
  noun: string | undefined;
}

function unknownKey(table: KeyTable, sections: ReadonlySet<string>, unknown: Unknown): string {
  const { path, prefix, name, origin, noun } = unknown;
  const subject = `${shownValue(path)} (${origin})`;
  const known = Object.keys(table);
  const siblings = [...known, ...sections].filter((key) => key.slice(0, Math.max(0, key.lastIndexOf('.'))) === prefix);
  const lastOf = (key: string): string => key.slice(key.lastIndexOf('.') + 1);
  if (noun !== undefined) return `${subject} is not a ${noun}: known are ${siblings.map(lastOf).join(', ')}`;
  if (known.includes(path)) return `${subject} is written with dots: nest it, one section a line`;
  const longer = siblings.map(lastOf).filter((sibling) => sibling.startsWith(`${name}_`));
  const sibling = nearest(name, siblings.map(lastOf)) ?? longer[0];
  const elsewhere = known.filter((key) => lastOf(key) === name);
  const meant =
    sibling === undefined
      ? ((elsewhere.length === 1 ? elsewhere[0] : undefined) ?? nearest(path, known))
      : [prefix, sibling].filter(Boolean).join('.');
  return `${subject} is not a known key: ${meant === undefined ? 'see --help' : `did you mean ${meant}?`}`;
}

function sectionNames(table: KeyTable): ReadonlySet<string> {
  const names = new Set<string>();
  for (const key of Object.keys(table)) {
    for (let dot = key.indexOf('.'); dot !== -1; dot = key.indexOf('.', dot + 1)) names.add(key.slice(0, dot));
  }
  return names;
}

function sourceValue(entry: YamlEntry, fileName: string): SourceValue {
  return {
    raw: toRaw(entry.value),
    origin: (path = []) => `${fileName}:${String(path.length === 0 ? entry.line : lineAt(entry, path))}`,
  };
}

function toRaw(tree: YamlTree): RawValue {
  if (tree.kind === 'text') return tree.text;
  if (tree.kind === 'list') return tree.items.map(toRaw);
  if (tree.kind === 'map') return new Map([...tree.entries].map(([name, entry]) => [name, toRaw(entry.value)]));
  return null;
}

/** The line of the part at a path, or of the nearest part around it. */
function lineAt(entry: YamlEntry, path: readonly PropertyKey[]): number {
  const [step, ...rest] = path;
  const { value } = entry;
  if (step === undefined) return entry.line;
  if (value.kind === 'map') {
    const inner = value.entries.get(String(step));
    return inner === undefined ? entry.line : lineAt(inner, rest);
  }
  const item = value.kind === 'list' ? value.items[Number(step)] : undefined;
  return item === undefined ? entry.line : lineAt({ line: item.line, value: item }, rest);
}
