const proven = new Set<string>();

/**
 * Says what the next test shows to work, by what the program then does: a key and a source that sets it, as in
 * `server.port file`, `server.port EXPORTER_PORT`, `server.port --server.port`.
 * Variables are shown to go before the file, and flags before variables.
 */
export function proves(...entries: readonly string[]): void {
  for (const entry of entries) proven.add(entry);
}

/** The same for keys that the file sets. */
export function provesByFile(...keys: readonly string[]): void {
  proves(...keys.map((key) => `${key} file`));
}

/** What all tests prove that were declared so far. */
export function listProven(): string[] {
  return [...proven].toSorted();
}
