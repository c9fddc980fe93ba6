import { z } from 'zod';
import type { ValueKind } from './value-kind.ts';

/** A list of one kind of value. */
export function listOf<V>(item: ValueKind<V>, options: { type: string; unique?: boolean }): ValueKind<readonly V[]> {
  const list = z.array(item.schema, 'is not a list: write each entry on a line of its own after "- "');
  return {
    schema: options.unique === true ? unique(list) : list,
    type: options.type,
    toYaml: (value) => `[${(value as readonly V[]).map((entry) => item.toYaml(entry)).join(', ')}]`,
  };
}

/** Looks for duplicates beside the entries' own faults, so that all are told at once. */
function unique<V>(list: z.ZodType<V[]>): z.ZodType<readonly V[]> {
  return z.unknown().transform((raw, context): readonly V[] => {
    const entries: readonly unknown[] = Array.isArray(raw) ? raw : [];
    entries.forEach((entry, index) => {
      if (entry === null || entries.indexOf(entry) === index) return;
      context.addIssue({ code: 'custom', path: [index], message: 'is in the list twice: keep one' });
    });
    const parsed = list.safeParse(raw);
    if (parsed.success) return parsed.data;
    for (const { path, message } of parsed.error.issues) context.addIssue({ code: 'custom', path, message });
    return z.NEVER;
  });
}
