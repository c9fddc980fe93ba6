import type { Config, Environment, KeyName } from './key.ts';

export type ReadFile = (path: string) => string;

/** Values with their origins, while the configuration is still being put together. */
export interface Settings<T> {
  readonly config: Config<T>;
  readonly env: Environment;
  /** Reads a file as UTF-8. @throws the system's error. */
  readonly readFile: ReadFile;
  /** `default`, `config.yaml:12`, `environment EXPORTER_PORT`, `flag --server.port`. */
  origin(key: KeyName<T>): string;
  /** Whether a user set the key, to whatever value. */
  explicit(key: KeyName<T>): boolean;
  /** The beginning of a fault: `server.port: 70000 (config.yaml:3)`; a secret's value is left out. */
  subject(key: KeyName<T>): string;
}

/** A rule about several keys, or about what a key points at. It is left out while any of its keys is at fault itself. */
export interface Check<T> {
  readonly keys: readonly KeyName<T>[];
  /** One line for each fault. */
  find(settings: Settings<T>): readonly string[];
}

export function defineCheck<T>(
  keys: readonly KeyName<T>[],
  find: (settings: Settings<T>) => readonly string[],
): Check<T> {
  return { keys, find };
}
