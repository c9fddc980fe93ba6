import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';

export interface StoreOptions {
  /** The data folder, made if it is missing; may be empty for a tool on PostgreSQL. */
  data: string;
  /** `postgres://...`; empty: SQLite in the data folder. */
  database: string;
  /** One server at a time works in a data folder; tools may at any time. */
  role: 'server' | 'tool';
  /** TALLYMAN_SECRET: protects the private keys; undefined or empty: none is set. */
  secret: string | undefined;
  log: Log;
  /** SQLite's `now`; PostgreSQL has its own. */
  clock?: Clock;
}
