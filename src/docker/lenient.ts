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

/** Removes the values at the paths; list entries from the last to the first, so that earlier places stay true. */
function removeAll(input: unknown, paths: readonly PropertyKey[][]): void {
  const unique = new Map(paths.map((path) => [path.map(String).join('\0'), path]));
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

/** A value inside a list entry goes alone; where the entry cannot do without it, the next round removes the entry. */
function remove(input: unknown, path: readonly PropertyKey[]): void {
  let parent: unknown = input;
  for (const step of path.slice(0, -1)) {
    if (typeof parent !== 'object' || parent === null) return;
    parent = Reflect.get(parent, step);
  }
  const last = path.at(-1);
  if (typeof parent !== 'object' || parent === null || last === undefined) return;
  if (Array.isArray(parent)) {
    parent.splice(Number(last), 1);
  } else if (Object.hasOwn(parent, last)) {
    Reflect.deleteProperty(parent, last);
  } else {
    // A required value is missing: nothing to take away here but what it is missing from.
    remove(input, path.slice(0, -1));
  }
}
