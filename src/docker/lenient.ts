import type { ZodType } from 'zod';

export interface LenientResult<T> {
  /** undefined when nothing usable was left. */
  value: T | undefined;
  /** How many values were left out because they were not of the documented type. */
  faults: number;
  /** Where the first of them stood, for the log: `memory_stats.usage: expected number, received string`. */
  firstFault: string | undefined;
}

/** Each round removes every fault zod names; a removal can uncover one more above it, never endlessly. */
const rounds = 8;

/**
 * Parses what the engine said and leaves out only what is of a wrong type: one broken field costs that field, not the
 * container. The input is changed in place. Valid input pays for one plain parse.
 */
export function parseLenient<T>(schema: ZodType<T>, input: unknown): LenientResult<T> {
  let faults = 0;
  let firstFault: string | undefined;
  for (let round = 0; round < rounds; round += 1) {
    const result = schema.safeParse(input);
    if (result.success) return { value: result.data, faults, firstFault };
    const issues = result.error.issues;
    const first = issues[0];
    if (first !== undefined) firstFault ??= `${first.path.join('.') || 'the answer'}: ${first.message}`;
    faults += issues.length;
    if (issues.some((issue) => issue.path.length === 0)) break;
    removeAll(
      input,
      issues.map((issue) => issue.path),
    );
  }
  return { value: undefined, faults, firstFault };
}

/** With more faults than this a list is of another form altogether, and may be millions long. */
const maxListFaults = 1000;

/**
 * Parses a list entry by entry: an entry that is nothing usable is left out.
 * undefined where it is no list, or where hardly anything of it is right.
 */
export function parseLenientList<T>(entrySchema: ZodType<T>, input: unknown): LenientResult<T[]> {
  if (!Array.isArray(input)) {
    return { value: undefined, faults: 1, firstFault: `the answer: expected a list, received ${typeof input}` };
  }
  const value: T[] = [];
  let faults = 0;
  let firstFault: string | undefined;
  for (const [index, entry] of input.entries()) {
    const parsed = parseLenient(entrySchema, entry);
    if (parsed.firstFault !== undefined) firstFault ??= `${String(index)}: ${parsed.firstFault}`;
    faults += parsed.faults;
    if (faults > maxListFaults) return { value: undefined, faults, firstFault };
    if (parsed.value !== undefined) value.push(parsed.value);
  }
  return { value, faults, firstFault };
}

/** Removes the values at the paths; list entries from the last to the first, so that earlier places stay true. */
function removeAll(input: unknown, paths: readonly PropertyKey[][]): void {
  const existing = paths.map((path) => existingPath(input, path));
  const unique = new Map(existing.map((path) => [path.map(String).join('\0'), path]));
  const lastFirst = [...unique.values()].toSorted((a, b) => comparePaths(b, a));
  for (const path of lastFirst) remove(input, path);
}

function comparePaths(a: readonly PropertyKey[], b: readonly PropertyKey[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i += 1) {
    const [x, y] = [a[i], b[i]];
    if (typeof x === 'number' && typeof y === 'number' && x !== y) return x - y;
  }
  return a.length - b.length;
}

/**
 * The path itself, or where a required value is missing, the path of what it is missing from: there is nothing to take
 * away but that.
 */
function existingPath(input: unknown, path: readonly PropertyKey[]): readonly PropertyKey[] {
  let value: unknown = input;
  for (const [depth, step] of path.entries()) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return path.slice(0, depth);
    value = Reflect.get(value, step);
  }
  return path;
}

function remove(input: unknown, path: readonly PropertyKey[]): void {
  let parent: unknown = input;
  for (const step of path.slice(0, -1)) {
    if (typeof parent !== 'object' || parent === null) return;
    parent = Reflect.get(parent, step);
  }
  const last = path.at(-1);
  if (typeof parent !== 'object' || parent === null || last === undefined) return;
  if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else Reflect.deleteProperty(parent, last);
}
