import type { FileStamps } from './file-stamps.ts';
import type { TlsSettings } from './tls-settings.ts';
import type { RateLimit } from './token-bucket.ts';

/** What stands between clients and the routes, read and checked. */
export interface WebConfig {
  /** Undefined for plain HTTP. */
  tls: TlsSettings | undefined;
  /** Added to every reply. */
  headers: Readonly<Record<string, string>>;
  /** bcrypt hashes by user name; empty lets everybody in. */
  users: ReadonlyMap<string, string>;
  /** Undefined for no limit. */
  rateLimit: RateLimit | undefined;
}

/** `stamps` are those of all files that had to do with it, also where it failed. */
export type WebConfigResult =
  | { ok: true; config: WebConfig; stamps: FileStamps }
  | { ok: false; faults: readonly string[]; stamps: FileStamps };
