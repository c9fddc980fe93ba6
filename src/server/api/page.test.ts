import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { pageOfRows, pageOfTable, type PageReply, type PageRequest } from './page.ts';

async function readAll<T>(
  page: (request: PageRequest) => PageReply<T> | Promise<PageReply<T>>,
  limit: number,
): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | undefined;
  do {
    const reply = await page({ limit, cursor });
    expect(reply.items.length).toBeLessThanOrEqual(limit);
    all.push(...reply.items);
    cursor = reply.next;
  } while (cursor !== undefined);
  return all;
}

const names = fc.uniqueArray(fc.stringMatching(/^[a-z0-9]{1,4}$/), { maxLength: 40 });
const limits = fc.integer({ min: 1, max: 12 });

test('page by page every row comes once, in order', async () => {
  await fc.assert(
    fc.asyncProperty(names, limits, async (rows, limit) => {
      const read = await readAll((page) => pageOfRows(rows, page, { parts: 1, of: (row) => [row] }), limit);
      expect(read).toEqual(rows.toSorted());
    }),
  );
});

test('rows of a table that are not shown take no room on a page', async () => {
  await fc.assert(
    fc.asyncProperty(names, limits, async (rows, limit) => {
      const sorted = rows.toSorted().map((name) => ({ name }));
      const isShown = ({ name }: { name: string }): boolean => name.charCodeAt(0) % 2 === 0;
      const read = await readAll(
        (page) =>
          pageOfTable(
            ({ limit, after = '' }) => Promise.resolve(sorted.filter(({ name }) => name > after).slice(0, limit)),
            page,
            isShown,
          ),
        limit,
      );
      expect(read).toEqual(sorted.filter(isShown));
    }),
  );
});

test('a cursor is its key again, and nothing else is a cursor', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0'))), (key) => {
      expect(decodeCursor(encodeCursor(key), key.length)).toEqual(key);
      expect(() => decodeCursor(encodeCursor(key), key.length + 1)).toThrow(/cursor/);
    }),
  );
  for (const bad of ['', 'x', '%', "' OR 1=1", encodeCursor(['\0']), Buffer.from('{"length":1}').toString('base64url')])
    expect(() => decodeCursor(bad, 1), bad).toThrow(/cursor/);
});
