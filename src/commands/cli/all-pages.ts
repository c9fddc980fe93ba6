import type { z } from 'zod';
import type { ApiCaller } from './api-caller.ts';

type PageSchema<T> = z.ZodType<{ items: T[]; next?: string | undefined }>;

const pageSize = 500;

/** Every item of a list, page after page; `wanted` ends it earlier. */
export async function allPages<T>(
  api: ApiCaller,
  path: string,
  page: PageSchema<T>,
  wanted = Number.POSITIVE_INFINITY,
): Promise<readonly T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const query = new URLSearchParams({ limit: String(Math.min(pageSize, wanted - items.length)) });
    if (cursor !== undefined) query.set('cursor', cursor);
    const { items: more, next } = await api.call({
      method: 'GET',
      path: `${path}${path.includes('?') ? '&' : '?'}${String(query)}`,
      reply: page,
    });
    items.push(...more);
    // A server that says the same twice would keep us here for ever.
    cursor = next === cursor ? undefined : next;
  } while (cursor !== undefined && items.length < wanted);
  return items;
}
