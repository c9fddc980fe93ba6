import { z } from 'zod';

/** The page of a list: `?limit=` and the `next` of the page before as `?cursor=`. */
export const pageQuery = {
  limit: z.coerce.number('use a whole number from 1 to 500').int().min(1).max(500).default(100),
  cursor: z.string().max(1024).optional().meta({ description: 'The `next` of the page before' }),
};

/** How every list is answered; without `next` there is no more. */
export function pageOf<S extends z.ZodType>(
  item: S,
): z.ZodObject<{ items: z.ZodArray<S>; next: z.ZodOptional<z.ZodString> }> {
  return z.object({ items: z.array(item), next: z.string().optional() });
}

/** RFC 3339, UTC, with milliseconds. */
export const timeSchema = z.string().meta({ format: 'date-time' });
