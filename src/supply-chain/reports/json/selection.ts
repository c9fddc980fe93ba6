import { z, type ZodType } from 'zod';

/** The longest part of a text that is kept, for texts of which only the beginning is of use. */
export const keptLengths = z.registry<{ characters: number }>();

/** Lists whose entries are checked one by one, when they are taken: the schema of an entry. */
export const deferredEntries = new WeakMap<ZodType, ZodType>();

/** Lists of which only those objects are kept that have something to keep. */
export const sparseLists = z.registry<{ sparse: true }>();

/** What of a JSON value is worth keeping; all else is passed over while it is read. */
export interface Selection {
  /** What is wanted of an object's value; undefined: nothing. */
  field(key: string): Selection | undefined;
  /** What is wanted of a list's entries. */
  readonly items: Selection | undefined;
  /** Whether the object's keys are data: such an object is kept without a prototype. */
  readonly isMap: boolean;
  /** Whether a list's objects without anything to keep are left out. */
  readonly isSparse: boolean;
  /** The number of characters that are wanted of a text. */
  readonly characters: number;
}

/**
 * What any of the schemas reads: one pass over the text serves several formats, before it is known which it is.
 * Nodes are made when they are asked for, so a schema may contain itself.
 */
export function createSelection(schemas: readonly ZodType[]): Selection {
  const parts = schemas.flatMap((schema) => baseSchemas(schema));
  const shapes = parts.filter((part) => part instanceof z.ZodObject).map((part) => part.shape as Shape);
  const fields = new Map<string, Selection>();
  const items = once(() => selectionOf(parts.flatMap((part) => entrySchema(part))));
  const values = once(() =>
    selectionOf(parts.filter((part) => part instanceof z.ZodRecord).map((part) => part.valueType as ZodType)),
  );

  return {
    isSparse: parts.length > 0 && parts.every((part) => sparseLists.has(part)),
    isMap: parts.some((part) => part instanceof z.ZodRecord),
    characters: Math.max(...parts.map((part) => keptLengths.get(part)?.characters ?? Infinity)),
    get items() {
      return items();
    },
    field(key) {
      const known = fields.get(key);
      if (known !== undefined) return known;
      const wanted = shapes.flatMap((shape) => (Object.hasOwn(shape, key) ? [shape[key] as ZodType] : []));
      if (wanted.length === 0) return values();
      const selection = createSelection(wanted);
      fields.set(key, selection);
      return selection;
    },
  };
}

type Shape = Readonly<Record<string, ZodType>>;

function selectionOf(schemas: readonly ZodType[]): Selection | undefined {
  return schemas.length === 0 ? undefined : createSelection(schemas);
}

function entrySchema(list: ZodType): ZodType[] {
  const deferred = deferredEntries.get(list);
  if (deferred !== undefined) return [deferred];
  return list instanceof z.ZodArray ? [list.element as ZodType] : [];
}

/** The schemas themselves, out of what says that they may be missing, or what becomes of their values. */
function baseSchemas(schema: ZodType): ZodType[] {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodCatch ||
    schema instanceof z.ZodDefault
  ) {
    return baseSchemas(schema.unwrap() as ZodType);
  }
  if (schema instanceof z.ZodPipe) return baseSchemas(schema.in as ZodType);
  if (schema instanceof z.ZodLazy) return baseSchemas(schema.unwrap() as ZodType);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => baseSchemas(option as ZodType));
  return [schema];
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
