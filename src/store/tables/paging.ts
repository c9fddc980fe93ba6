import { sql, type RawBuilder, type SqlBool } from 'kysely';

/** Rows whose key comes after the last one of the page before; all where there is none. */
export function afterKey(column: string, after: string | undefined): RawBuilder<SqlBool> {
  return after === undefined ? sql<SqlBool>`1 = 1` : sql<SqlBool>`${sql.ref(column)} > ${after}`;
}
