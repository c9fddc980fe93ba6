import type { Place } from '../report-fault.ts';

/** Where an object begins in the text, beside its fields: three numbers take less than an object of them. */
const [placeOffset, placeLine, placeColumn] = [Symbol('offset'), Symbol('line'), Symbol('column')];

interface Placed {
  [placeOffset]?: number;
  [placeLine]?: number;
  [placeColumn]?: number;
}

/** An object that is still empty. */
export function toPlacedObject({ offset, line, column }: Place): Record<string, unknown> {
  return { [placeOffset]: offset, [placeLine]: line, [placeColumn]: column };
}

/** Where the value at the path begins, or the object nearest around it. */
export function placeOfPath(document: unknown, path: readonly PropertyKey[]): Place | undefined {
  let place = placeOfObject(document);
  let value = document;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) break;
    value = Reflect.get(value, step);
    place = placeOfObject(value) ?? place;
  }
  return place;
}

export function toJsonPath(path: readonly PropertyKey[]): string {
  const steps = path.map((step) => {
    if (typeof step === 'number') return `[${String(step)}]`;
    const name = String(step).slice(0, 80);
    return /^[\p{L}_$][\p{L}\d_$]*$/u.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
  });
  return `$${steps.join('')}`;
}

function placeOfObject(value: unknown): Place | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { [placeOffset]: offset, [placeLine]: line, [placeColumn]: column } = value as Placed;
  return offset === undefined || line === undefined || column === undefined ? undefined : { offset, line, column };
}
