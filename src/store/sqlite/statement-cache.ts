import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Beyond it the statement that was not used for longest is prepared anew when it is needed. */
const keptStatements = 200;

export interface PreparedStatement {
  statement: StatementSync;
  /** Whether it gives rows. */
  isReader: boolean;
}

/** Prepares each text of a statement once. */
export function createStatementCache(database: DatabaseSync): (sql: string) => PreparedStatement {
  const kept = new Map<string, PreparedStatement>();
  return (sql) => {
    let prepared = kept.get(sql);
    if (prepared === undefined) {
      const statement = database.prepare(sql);
      prepared = { statement, isReader: statement.columns().length > 0 };
    }
    // the map's order is that of use
    kept.delete(sql);
    kept.set(sql, prepared);
    if (kept.size > keptStatements) {
      for (const oldest of kept.keys()) {
        kept.delete(oldest);
        break;
      }
    }
    return prepared;
  };
}
