import type { Page } from '../../store/store.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';

export interface PageRequest {
  limit: number;
  cursor?: string | undefined;
}

export interface PageReply<T> {
  items: T[];
  next?: string;
}

/** One page of rows that are all there, ordered by a key of texts, always as many. */
export function pageOfRows<T, const K extends readonly string[]>(
  rows: readonly T[],
  { limit, cursor }: PageRequest,
  key: { parts: K['length']; of: (row: T) => K },
): PageReply<T> {
  const keyed = rows.map((row) => ({ row, key: key.of(row) })).toSorted((a, b) => compare(a.key, b.key));
  const after = decodeCursor(cursor, key.parts);
  const from = after === undefined ? 0 : keyed.findIndex(({ key }) => compare(key, after) > 0);
  const page = from < 0 ? [] : keyed.slice(from, from + limit);
  const last = page.at(-1);
  return {
    items: page.map(({ row }) => row),
    ...(last !== undefined && from + limit < keyed.length ? { next: encodeCursor(last.key) } : {}),
  };
}

/** One page of rows that a store lists by name; those that are not `shown` take no room in it. */
export async function pageOfTable<T extends { name: string }>(
  list: (page: Page) => Promise<readonly T[]>,
  { limit, cursor }: PageRequest,
  isShown: (row: T) => boolean | Promise<boolean>,
): Promise<PageReply<T>> {
  const items: T[] = [];
  let after = decodeCursor(cursor, 1)?.[0];
  const batch = limit + 1;
  while (items.length <= limit) {
    const rows = await list({ limit: batch, after });
    for (const row of rows) if (await isShown(row)) items.push(row);
    after = rows.at(-1)?.name;
    if (rows.length < batch) break;
  }
  const page = items.slice(0, limit);
  const last = page.at(-1);
  return { items: page, ...(last !== undefined && items.length > limit ? { next: encodeCursor([last.name]) } : {}) };
}

function compare(a: readonly string[], b: readonly string[]): number {
  for (const [index, part] of a.entries()) {
    const other = b[index] ?? '';
    if (part !== other) return part < other ? -1 : 1;
  }
  return 0;
}
