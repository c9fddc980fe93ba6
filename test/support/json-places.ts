/** Values to put where others are expected. */
export const junk: readonly unknown[] = [null, true, 'text', -1, [], {}, [1], { a: { b: 1 } }, [null], [{}]];

/** The path of every place in a JSON value, those that hold others included. */
export function allPaths(value: unknown, at: readonly PropertyKey[] = []): PropertyKey[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const path = [...at, Array.isArray(value) ? Number(key) : key];
    return [path, ...allPaths(inner, path)];
  });
}

/** Puts a value in a place; gives what was there. */
export function replacePlace(input: unknown, path: readonly PropertyKey[], value: unknown): unknown {
  const last = path.at(-1) ?? '';
  const parent = path.slice(0, -1).reduce<unknown>((inner, key) => Reflect.get(inner as object, key), input) as object;
  const before: unknown = Reflect.get(parent, last);
  Reflect.set(parent, last, structuredClone(value));
  return before;
}
